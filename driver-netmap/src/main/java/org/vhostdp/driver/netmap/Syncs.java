package org.vhostdp.driver.netmap;

import java.lang.foreign.Arena;
import org.vhostdp.driver.netmap.generated.Netmap;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Io;

/** NIOCTXSYNC and NIOCRXSYNC on one descriptor: the kernel looks at its rings now. One thread. */
final class Syncs {
  private final CallState state = new CallState(Arena.ofAuto());
  private final long request;
  private final int fd;

  private Syncs(int fd, int request) {
    this.fd = fd;
    this.request = request;
  }

  static Syncs sending(int fd) {
    return new Syncs(fd, Netmap.NM_NIOCTXSYNC());
  }

  static Syncs receiving(int fd) {
    return new Syncs(fd, Netmap.NM_NIOCRXSYNC());
  }

  int fd() {
    return fd;
  }

  /** Hot path: 0, or -errno. */
  int sync() {
    return Io.ioctl(state, fd, request, 0L);
  }
}
