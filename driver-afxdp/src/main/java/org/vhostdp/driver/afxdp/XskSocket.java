package org.vhostdp.driver.afxdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.driver.afxdp.generated.sockaddr_xdp;
import org.vhostdp.driver.afxdp.generated.xdp_mmap_offsets;
import org.vhostdp.driver.afxdp.generated.xdp_options;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Sockets;
import org.vhostdp.spi.DriverException;

/** An AF_XDP socket on one queue of an interface, and its four rings. Control threads only. */
final class XskSocket implements AutoCloseable {
  /** XDP_MAX_TX_SKB_BUDGET of linux/if_xdp.h, Linux 6.17: frames sent by one system call. */
  private static final int TX_BUDGET = 9;

  /** What the kernel counts for a frame in flight beside its bytes, and more. */
  private static final int OVERHEAD = 1024;

  private static final long PATIENCE_NANOS = 2_000_000_000L;

  private final Fd fd;
  private final List<XskRing> rings = new ArrayList<>();
  private final XskRing fill;
  private final XskRing completion;
  private final XskRing rx;
  private final XskRing tx;

  /**
   * Makes the rings.
   *
   * @param fd not bound; owned by this unless it throws
   * @param size entries of each
   */
  XskSocket(Fd fd, int size, String ifname) throws DriverException {
    this.fd = fd;
    option(IfXdp.XDP_UMEM_FILL_RING(), "XDP_UMEM_FILL_RING", size, ifname);
    option(IfXdp.XDP_UMEM_COMPLETION_RING(), "XDP_UMEM_COMPLETION_RING", size, ifname);
    option(IfXdp.XDP_RX_RING(), "XDP_RX_RING", size, ifname);
    option(IfXdp.XDP_TX_RING(), "XDP_TX_RING", size, ifname);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment all = xdp_mmap_offsets.allocate(arena);
      int got = Sockets.get(fd.raw(), IfXdp.SOL_XDP(), IfXdp.XDP_MMAP_OFFSETS(), all);
      if (got < all.byteSize()) {
        throw AfxdpErrors.of(
            "getsockopt XDP_MMAP_OFFSETS", "on " + ifname, got < 0 ? -got : Errno.EINVAL);
      }
      long page = IfXdp.XDP_UMEM_PGOFF_FILL_RING();
      fill = ring(page, xdp_mmap_offsets.fr(all), size, XskRing.ADDRESS);
      page = IfXdp.XDP_UMEM_PGOFF_COMPLETION_RING();
      completion = ring(page, xdp_mmap_offsets.cr(all), size, XskRing.ADDRESS);
      page = IfXdp.XDP_PGOFF_RX_RING();
      rx = ring(page, xdp_mmap_offsets.rx(all), size, XskRing.DESCRIPTOR);
      page = Integer.toUnsignedLong(IfXdp.XDP_PGOFF_TX_RING());
      tx = ring(page, xdp_mmap_offsets.tx(all), size, XskRing.DESCRIPTOR);
    } catch (LinuxException | DriverException e) {
      rings.forEach(XskRing::close);
      throw AfxdpErrors.driverException(e);
    }
  }

  private XskRing ring(long page, MemorySegment offsets, int size, int entry)
      throws LinuxException {
    XskRing ring = XskRing.map(fd.raw(), page, offsets, size, entry);
    rings.add(ring);
    return ring;
  }

  private void option(int name, String text, int value, String ifname) throws DriverException {
    int result = Sockets.set(fd.raw(), IfXdp.SOL_XDP(), name, value);
    if (result < 0) {
      throw AfxdpErrors.of("setsockopt " + text, "on " + ifname, -result);
    }
  }

  Fd fd() {
    return fd;
  }

  XskRing fill() {
    return fill;
  }

  XskRing completion() {
    return completion;
  }

  XskRing rx() {
    return rx;
  }

  XskRing tx() {
    return tx;
  }

  /**
   * bind(2). The kernel lets go of a queue some time after the socket before was closed, so a busy
   * queue is tried again for a while.
   *
   * @param shared a bound socket whose memory is used, or -1
   * @return 0 or -errno
   */
  int bind(int ifindex, int queue, int flags, int shared) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = sockaddr_xdp.allocate(arena);
      sockaddr_xdp.sxdp_family(address, (short) IfXdp.AF_XDP());
      sockaddr_xdp.sxdp_flags(address, (short) flags);
      sockaddr_xdp.sxdp_ifindex(address, ifindex);
      sockaddr_xdp.sxdp_queue_id(address, queue);
      sockaddr_xdp.sxdp_shared_umem_fd(address, Math.max(0, shared));
      long end = System.nanoTime() + PATIENCE_NANOS;
      int result = Sockets.bind(fd.raw(), address);
      while (result == -Errno.EBUSY && System.nanoTime() < end) {
        Thread.sleep(2);
        result = Sockets.bind(fd.raw(), address);
      }
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -Errno.EINTR;
    }
  }

  /** Whether the interface works on the frames' own memory (XDP_OPTIONS). */
  boolean isZeroCopy() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = xdp_options.allocate(arena);
      int got = Sockets.get(fd.raw(), IfXdp.SOL_XDP(), IfXdp.XDP_OPTIONS(), options);
      return got >= options.byteSize()
          && (xdp_options.flags(options) & IfXdp.XDP_OPTIONS_ZEROCOPY()) != 0;
    }
  }

  /** Lets many frames be in flight, and one system call send many, where the kernel allows it. */
  void widen(int frames) {
    int bytes = frames * (XskMemory.CHUNK + OVERHEAD) / 2;
    int forced = Sockets.set(fd.raw(), IfXdp.SOL_SOCKET(), IfXdp.SO_SNDBUFFORCE(), bytes);
    if (forced < 0) {
      // Cut to net.core.wmem_max; a full buffer only means that a burst is sent in parts.
      Sockets.set(fd.raw(), IfXdp.SOL_SOCKET(), IfXdp.SO_SNDBUF(), bytes);
    }
    // Refused before 6.17, where 32 frames are the most.
    Sockets.set(fd.raw(), IfXdp.SOL_XDP(), TX_BUDGET, Math.min(frames, 256));
  }

  /**
   * Lets polls work in the kernel instead of its interrupts.
   *
   * @param micros how long one may work
   */
  void busyPoll(int micros, String ifname) throws DriverException {
    int level = IfXdp.SOL_SOCKET();
    int result = Sockets.set(fd.raw(), level, IfXdp.SO_PREFER_BUSY_POLL(), 1);
    if (result == 0) {
      result = Sockets.set(fd.raw(), level, IfXdp.SO_BUSY_POLL(), micros);
    }
    if (result == 0) {
      result = Sockets.set(fd.raw(), level, IfXdp.SO_BUSY_POLL_BUDGET(), 64);
    }
    if (result < 0) {
      throw AfxdpErrors.of(
          "setsockopt SO_PREFER_BUSY_POLL",
          "on " + ifname,
          -result,
          "The key \"busy-poll\" needs Linux 5.11 and CAP_NET_ADMIN; leave it out otherwise.");
    }
  }

  @Override
  public void close() {
    rings.forEach(XskRing::close);
    fd.close();
  }
}
