// SPDX-License-Identifier: Apache-2.0
/** The whole pipeline beside the same work in C, over the same device, frames and addresses. */
package io.ipvane.bench.dispatch;
