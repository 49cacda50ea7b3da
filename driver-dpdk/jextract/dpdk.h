/* The headers whose names the DPDK driver binds. jextract reads this file; nothing is compiled from it. */
#include <rte_config.h>
#include <stdint.h>
#include <stdio.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_dev.h>
#include <rte_version.h>
#include <rte_memzone.h>
#include <rte_ring.h>
#include <rte_mempool.h>
#include <rte_mbuf.h>
#include <rte_ethdev.h>
