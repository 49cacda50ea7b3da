package org.vhostdp.driver.afxdp.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.afxdp.generated.XdpKernel;
import org.vhostdp.linux.Bpf;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;

/** Attaching a program by a bpf_link (Linux 5.9): it is gone when the last descriptor is. */
final class XdpLink {
  /** Bytes of union bpf_attr for BPF_LINK_CREATE up to flags, and what older kernels want zero. */
  private static final int ATTR = 32;

  private XdpLink() {}

  /**
   * Attaches.
   *
   * @param skb in the kernel's stack instead of the interface's driver
   * @return the link, the caller's
   */
  static Fd attach(int program, Interface target, boolean skb) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(ATTR, Long.BYTES);
      attr.set(ValueLayout.JAVA_INT, 0, program);
      attr.set(ValueLayout.JAVA_INT, 4, target.index());
      attr.set(ValueLayout.JAVA_INT, 8, XdpKernel.BPF_XDP());
      int flags = skb ? XdpKernel.XDP_FLAGS_SKB_MODE() : XdpKernel.XDP_FLAGS_DRV_MODE();
      attr.set(ValueLayout.JAVA_INT, 12, flags);
      int raw = Bpf.call(XdpKernel.BPF_LINK_CREATE(), attr);
      if (raw < 0) {
        throw ProgramErrors.of(
            "bpf BPF_LINK_CREATE " + (skb ? "skb mode" : "native mode"),
            target.name(),
            -raw,
            advice(target.name(), -raw));
      }
      return Fd.of(raw);
    }
  }

  private static String advice(String ifname, int errno) {
    return switch (errno) {
      case Errno.EBUSY, Errno.EEXIST ->
          ifname
              + " has an XDP program already: remove it (ip link set dev "
              + ifname
              + " xdp off).";
      case Errno.EOPNOTSUPP -> "The interface's driver has no XDP: use mode = \"skb\".";
      case Errno.EINVAL, Errno.ERANGE ->
          "The driver refuses XDP as the interface is set up (MTU, receive offloads such as LRO),"
              + " or the kernel is older than 5.9: lower the MTU, or use mode = \"skb\".";
      case Errno.ENOSPC ->
          "A veth whose peer has more transmit queues than it has receive queues takes no XDP: make"
              + " both with the same number, or use mode = \"skb\".";
      default -> ProgramErrors.of("", "", errno).advice();
    };
  }
}
