/* The headers whose names the package org.vhostdp.driver.dpdk.feature binds. jextract reads this file; nothing is
   compiled from it. */
#include <rte_config.h>
#include <rte_ethdev.h>
#include <rte_flow.h>
