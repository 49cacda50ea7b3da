/* The headers whose names the TAP driver binds. jextract reads this file; nothing is compiled from it. */
#include <linux/ioctl.h>
#include <linux/if.h>
#include <linux/if_tun.h>

/* Linux 6.2 and later; absent from the headers of Debian 12 (6.1). Older kernels answer EINVAL. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#endif
#ifndef TUN_F_USO6
#define TUN_F_USO6 0x40
#endif
