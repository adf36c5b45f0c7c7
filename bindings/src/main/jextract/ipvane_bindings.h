/* SPDX-License-Identifier: Apache-2.0 */
/* What jextract reads. rte_config.h comes first: the layout of DPDK's structures depends on it. */
#include <rte_config.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_version.h>
