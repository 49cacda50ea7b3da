/* The libraries that load and attach XDP programs. jextract reads this file; nothing is compiled from it. */
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>
