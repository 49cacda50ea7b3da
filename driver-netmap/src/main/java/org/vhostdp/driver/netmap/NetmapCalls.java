package org.vhostdp.driver.netmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.vhostdp.driver.netmap.generated.Netmap;
import org.vhostdp.driver.netmap.generated.nmreq_header;
import org.vhostdp.driver.netmap.generated.nmreq_port_hdr;
import org.vhostdp.driver.netmap.generated.nmreq_register;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** The requests of net/netmap.h. Control threads. */
final class NetmapCalls {
  /** O_RDWR of asm-generic/fcntl.h. */
  private static final int READ_WRITE = 2;

  /** The number of {@link Netmap#NIOCCTRL} is an unsigned int. */
  private static final long CONTROL = Netmap.NIOCCTRL() & 0xFFFFFFFFL;

  private NetmapCalls() {}

  /**
   * What a binding asks for.
   *
   * @param mode NR_REG_*
   * @param ring the ring of a mode that names one
   * @param flags NR_*
   * @param rings of a port that is made by this; 0 for as many as it has
   * @param slots of its rings; 0 for as many as it has
   * @param extra spare buffers
   * @param memory id of the memory region to share, or 0 for the port's usual one
   */
  record Wanted(int mode, int ring, long flags, int rings, int slots, int extra, int memory) {}

  /**
   * What a binding got.
   *
   * @param offset bytes from the region's start to the netmap_if
   * @param bytes of the region
   * @param memory id of the region
   * @param txRings of the port, without those of the host
   * @param rxRings likewise
   * @param hostRings pairs of rings of the host
   * @param extra spare buffers
   */
  record Got(
      long offset, long bytes, int memory, int txRings, int rxRings, int hostRings, int extra) {}

  /** Opens the control device. */
  static Fd open() throws DriverException {
    try {
      return Io.open(NetmapErrors.DEVICE, READ_WRITE, 0);
    } catch (LinuxException e) {
      String advice =
          switch (e.errno()) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO -> NetmapErrors.NO_MODULE;
            case Errno.EACCES, Errno.EPERM -> NetmapErrors.NO_ACCESS;
            default -> e.advice();
          };
      throw NetmapErrors.FAILURES.of("open", NetmapErrors.DEVICE, e.errno(), advice);
    }
  }

  /**
   * NETMAP_REQ_REGISTER: binds the descriptor to rings of a port. The network namespace is the
   * calling thread's.
   */
  static Got register(Fd fd, PortName port, Wanted wanted) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = nmreq_register.allocate(arena);
      nmreq_register.nr_mode(body, wanted.mode());
      nmreq_register.nr_ringid(body, (short) wanted.ring());
      nmreq_register.nr_flags(body, wanted.flags());
      nmreq_register.nr_tx_rings(body, (short) wanted.rings());
      nmreq_register.nr_rx_rings(body, (short) wanted.rings());
      nmreq_register.nr_tx_slots(body, wanted.slots());
      nmreq_register.nr_rx_slots(body, wanted.slots());
      nmreq_register.nr_extra_bufs(body, wanted.extra());
      nmreq_register.nr_mem_id(body, (short) wanted.memory());
      control(arena, fd, port, Netmap.NETMAP_REQ_REGISTER(), body, "NETMAP_REQ_REGISTER");
      return new Got(
          nmreq_register.nr_offset(body),
          nmreq_register.nr_memsize(body),
          nmreq_register.nr_mem_id(body) & 0xFFFF,
          nmreq_register.nr_tx_rings(body) & 0xFFFF,
          nmreq_register.nr_rx_rings(body) & 0xFFFF,
          nmreq_register.nr_host_rx_rings(body) & 0xFFFF,
          nmreq_register.nr_extra_bufs(body));
    }
  }

  /** NETMAP_REQ_PORT_HDR_SET: how long the header before each frame of a VALE port is, bytes. */
  static void header(Fd fd, PortName port, int bytes) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = nmreq_port_hdr.allocate(arena);
      nmreq_port_hdr.nr_hdr_len(body, bytes);
      control(arena, fd, port, Netmap.NETMAP_REQ_PORT_HDR_SET(), body, "NETMAP_REQ_PORT_HDR_SET");
    }
  }

  private static void control(
      Arena arena, Fd fd, PortName port, int request, MemorySegment body, String name)
      throws DriverException {
    MemorySegment header = nmreq_header.allocate(arena);
    nmreq_header.nr_version(header, (short) Netmap.NETMAP_API());
    nmreq_header.nr_reqtype(header, (short) request);
    byte[] device = port.device().getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(
        device, 0, nmreq_header.nr_name(header), ValueLayout.JAVA_BYTE, 0, device.length);
    nmreq_header.nr_body(header, body.address());
    int result = Io.ioctl(new CallState(arena), fd.raw(), CONTROL, header);
    if (result < 0) {
      int theirs = nmreq_header.nr_version(header) & 0xFFFF;
      if (theirs != Netmap.NETMAP_API()) {
        throw otherVersion(port, theirs, -result);
      }
      throw refused(name, port, -result);
    }
  }

  private static DriverException otherVersion(PortName port, int theirs, int errno) {
    return new DriverException(
        Reason.UNSUPPORTED,
        "The port "
            + port
            + " cannot be opened: the netmap module speaks version "
            + theirs
            + " of netmap's API, this driver version "
            + Netmap.NETMAP_API()
            + " ("
            + Errno.name(errno)
            + ").",
        "Load a module of netmap 2018 or later, whose version is " + Netmap.NETMAP_API() + ".");
  }

  private static DriverException refused(String name, PortName port, int errno) {
    String call = "ioctl NIOCCTRL " + name;
    if (errno == Errno.ENOTTY) {
      return NetmapErrors.FAILURES.of(
          call, port.text(), errno, "The netmap module is older than its API version 14.");
    }
    return NetmapErrors.FAILURES.of(call, port.text(), errno);
  }
}
