/* The headers whose names the netmap driver binds. jextract reads this file; nothing is compiled from it. */
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/types.h>
#include <net/if.h>
#include <net/netmap.h>

/* A cast in a macro hides its value from jextract. */
enum {
  NM_NIOCTXSYNC = NIOCTXSYNC,
  NM_NIOCRXSYNC = NIOCRXSYNC,
};
