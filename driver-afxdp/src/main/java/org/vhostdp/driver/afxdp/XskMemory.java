package org.vhostdp.driver.afxdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.driver.afxdp.generated.xdp_umem_reg;
import org.vhostdp.driver.afxdp.program.LockedLimit;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Sockets;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The memory that the frames of all queues lie in (UMEM), in chunks of one size. Each queue pair
 * has a slice: first its frames to receive into, then as many to transmit. Control threads only.
 */
final class XskMemory implements AutoCloseable {
  /** log2 of the bytes of a chunk, the greatest that all kernels take: a page. */
  static final int CHUNK_BITS = 12;

  /** Bytes of a chunk. */
  static final int CHUNK = 1 << CHUNK_BITS;

  /** Bytes that the kernel leaves free before a received frame: XDP_PACKET_HEADROOM. */
  static final int RX_HEADROOM = 256;

  /** Bytes of a received frame in one chunk. */
  static final int RX_ROOM = CHUNK - RX_HEADROOM;

  /** Bytes before a frame to transmit: struct xsk_tx_metadata of linux/if_xdp.h. */
  static final int METADATA = 24;

  private static final long HUGE_PAGE = 2L << 20;

  /** tx_metadata_len of struct xdp_umem_reg: Linux 6.8, padding before that. */
  private static final long METADATA_LENGTH = 28;

  private final Mapping mapping;
  private final int half;
  private final boolean huge;
  private boolean metadata;

  private XskMemory(Mapping mapping, int half, boolean huge) {
    this.mapping = mapping;
    this.half = half;
    this.huge = huge;
  }

  /**
   * Maps it.
   *
   * @param pairs queue pairs
   * @param frames of each
   * @throws DriverException if there is not so much memory, or no huge pages where they must be had
   */
  static XskMemory of(int pairs, int frames, AfxdpOptions options) throws DriverException {
    long bytes = (long) pairs * frames * CHUNK;
    int half = frames / 2;
    if (options.hugepages() != AfxdpOptions.Pages.OFF) {
      try {
        long rounded = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
        return new XskMemory(Mapping.hugepages(rounded), half, true);
      } catch (LinuxException e) {
        if (options.hugepages() == AfxdpOptions.Pages.ON) {
          throw new DriverException(
              Reason.RESOURCES,
              "The key \"hugepages\" says on, but there are too few. " + e.getMessage(),
              "With hugepages = \"auto\" the port uses ordinary memory then.",
              e);
        }
      }
    }
    try {
      return new XskMemory(Mapping.anonymous(bytes), half, false);
    } catch (LinuxException e) {
      throw AfxdpErrors.driverException(e);
    }
  }

  /** The whole of it, bounded. */
  MemorySegment segment() {
    return mapping.segment();
  }

  /** Frames of one queue and direction. */
  int half() {
    return half;
  }

  /** Where the frames of a pair to receive into begin. */
  long rxBase(int pair) {
    return (long) pair * 2 * half * CHUNK;
  }

  /** Where the frames of a pair to transmit begin. */
  long txBase(int pair) {
    return rxBase(pair) + (long) half * CHUNK;
  }

  /** Whether it lies in huge pages. */
  boolean isHuge() {
    return huge;
  }

  /** Whether the kernel reads offloads before a frame to transmit. */
  boolean hasMetadata() {
    return metadata;
  }

  /**
   * Makes it the memory of a socket.
   *
   * @return false if so much memory may not be locked
   * @throws DriverException if the kernel refuses it for another reason
   */
  boolean register(int fd, String ifname) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = xdp_umem_reg.allocate(arena);
      xdp_umem_reg.addr(request, mapping.address());
      xdp_umem_reg.len(request, mapping.length());
      xdp_umem_reg.chunk_size(request, CHUNK);
      int result = set(fd, request, IfXdp.XDP_UMEM_TX_METADATA_LEN(), METADATA);
      metadata = result != -Errno.EINVAL;
      if (!metadata) {
        // A kernel before 6.11.
        result = set(fd, request, 0, 0);
      }
      if (result == -Errno.ENOBUFS && LockedLimit.raise(2 * mapping.length())) {
        result =
            metadata
                ? set(fd, request, IfXdp.XDP_UMEM_TX_METADATA_LEN(), METADATA)
                : set(fd, request, 0, 0);
      }
      if (result < 0 && result != -Errno.ENOBUFS) {
        throw refused(ifname, -result);
      }
      return result == 0;
    }
  }

  private static int set(int fd, MemorySegment request, int flags, int length) {
    xdp_umem_reg.flags(request, flags);
    request.set(ValueLayout.JAVA_INT, METADATA_LENGTH, length);
    return Sockets.set(fd, IfXdp.SOL_XDP(), IfXdp.XDP_UMEM_REG(), request);
  }

  private static DriverException refused(String ifname, int errno) {
    String call = "setsockopt XDP_UMEM_REG";
    String busy = "The passed descriptor was used before: pass one that is not bound.";
    return errno == Errno.EBUSY
        ? AfxdpErrors.of(call, "on " + ifname, errno, busy)
        : AfxdpErrors.of(call, "on " + ifname, errno);
  }

  /** Why so much memory may not be locked, and what to do. */
  DriverException notLocked(String ifname) {
    return AfxdpErrors.of(
        "setsockopt XDP_UMEM_REG",
        "on " + ifname,
        Errno.ENOBUFS,
        LockedLimit.advice(mapping.length()) + " Or lower \"frames\".");
  }

  @Override
  public void close() {
    mapping.close();
  }
}
