/* The header whose names the AF_XDP driver binds. jextract reads this file; nothing is compiled from it. */
#include <linux/if_xdp.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <sys/socket.h>

/* Later than the headers of Debian 12 (6.1). Older kernels answer EINVAL. */
/* Linux 6.6 */
#ifndef XDP_USE_SG
#define XDP_USE_SG (1 << 4)
#define XDP_PKT_CONTD (1 << 0)
#endif
/* Linux 6.8, and 6.11 for the flag of the region */
#ifndef XDP_TX_METADATA
#define XDP_TX_METADATA (1 << 1)
#define XDP_TXMD_FLAGS_CHECKSUM (1 << 1)
#endif
#ifndef XDP_UMEM_TX_METADATA_LEN
#define XDP_UMEM_TX_METADATA_LEN (1 << 2)
#endif
/* Linux 5.11, absent from glibc 2.36 */
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#define SO_BUSY_POLL_BUDGET 70
#endif
