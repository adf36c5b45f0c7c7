/* SPDX-License-Identifier: Apache-2.0 */
/* Native code of the benchmarks: baselines and traffic. Never linked into the switch. */
#ifndef IPVANE_BENCH_H
#define IPVANE_BENCH_H

#define IPVANE_EXPORT __attribute__((visibility("default")))

#endif
