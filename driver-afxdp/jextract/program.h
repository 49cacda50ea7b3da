/* The kernel's names for programs, maps and flow rules. jextract reads this file; nothing is compiled from it. */
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
