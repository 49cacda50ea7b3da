/* The headers whose names the VFIO layer binds. jextract reads this file; nothing is compiled from it.
 * HEADERS of generate.sh names the folder with these two, from Linux 6.12: Debian 12's own linux/vfio.h
 * (6.1) lacks the requests of the device's own node, and linux/iommufd.h came with 6.2. */
#include <linux/vfio.h>
#include <linux/iommufd.h>
