package org.vhostdp.driver.afxdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Sockets;
import org.vhostdp.linux.XdpFeatures;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The sockets of a port, one a queue, and the memory they share. What the interface can do is found
 * by asking for the most first. Control threads only.
 */
final class XskSockets implements AutoCloseable {
  private static final int SO_DOMAIN = IfXdp.SO_DOMAIN();

  private final AfxdpInterface device;
  private final AfxdpOptions options;
  private final XskMemory memory;
  private final List<XskSocket> sockets = new ArrayList<>();
  private boolean zeroCopy;
  private boolean checksum;
  private boolean multiBuffer;

  private XskSockets(AfxdpInterface device, AfxdpOptions options, XskMemory memory) {
    this.device = device;
    this.options = options;
    this.memory = memory;
  }

  /**
   * Opens and binds sockets.
   *
   * @param pairs how many
   * @param skb whether the XDP program runs behind the interface's driver, where frames are copied
   * @throws DriverException if one cannot be had; nothing is left
   */
  static XskSockets open(AfxdpInterface device, AfxdpOptions options, int pairs, boolean skb)
      throws DriverException {
    Fd first = descriptor(device, options, 0);
    try {
      return open(device, options, pairs, skb, first);
    } catch (DriverException | RuntimeException e) {
      first.close();
      throw e;
    }
  }

  /** With as many frames as there may be, where the options do not say how many. */
  private static XskSockets open(
      AfxdpInterface device, AfxdpOptions options, int pairs, boolean skb, Fd first)
      throws DriverException {
    int frames = options.frames() > 0 ? options.frames() : AfxdpOptions.USUAL_FRAMES;
    int least = options.frames() > 0 ? frames : AfxdpOptions.LEAST_FRAMES;
    while (true) {
      XskMemory memory = XskMemory.of(pairs, frames, options);
      XskSockets made = new XskSockets(device, options, memory);
      try {
        if (memory.register(first.raw(), device.name())) {
          made.fill(first, pairs, skb);
          return made;
        }
      } catch (DriverException | RuntimeException e) {
        made.close();
        throw e;
      }
      made.close();
      frames /= 2;
      if (frames < least) {
        throw memory.notLocked(device.name());
      }
    }
  }

  private void fill(Fd first, int pairs, boolean skb) throws DriverException {
    for (int i = 0; i < pairs; i++) {
      Fd fd = i == 0 ? first : descriptor(device, options, i);
      try {
        sockets.add(new XskSocket(fd, memory.half(), device.name()));
      } catch (DriverException | RuntimeException e) {
        fd.close();
        throw e;
      }
      prepare(i, skb);
    }
  }

  private void prepare(int i, boolean skb) throws DriverException {
    XskSocket socket = sockets.get(i);
    socket.widen(memory.half());
    if (options.busyPoll() > 0) {
      socket.busyPoll(options.busyPoll(), device.name());
    }
    if (i == 0) {
      bindFirst(socket, skb);
      zeroCopy = socket.isZeroCopy();
      checksum = memory.hasMetadata() && (!zeroCopy || finishesChecksums());
    } else {
      int shared = sockets.getFirst().fd().raw();
      int queue = options.firstQueue() + i;
      check(socket.bind(device.index(), queue, IfXdp.XDP_SHARED_UMEM(), shared), queue);
    }
  }

  /** A socket that is not bound: a new one, or one that was passed in. */
  private static Fd descriptor(AfxdpInterface device, AfxdpOptions options, int i)
      throws DriverException {
    if (options.fds().isEmpty()) {
      int type = IfXdp.SOCK_RAW() | IfXdp.SOCK_NONBLOCK();
      return device.namespace().in(() -> Sockets.open("AF_XDP", IfXdp.AF_XDP(), type, 0));
    }
    int raw = options.fds().get(i);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment domain = arena.allocate(ValueLayout.JAVA_INT);
      int got = Sockets.get(raw, IfXdp.SOL_SOCKET(), SO_DOMAIN, domain);
      if (got < 0 || domain.get(ValueLayout.JAVA_INT, 0) != IfXdp.AF_XDP()) {
        throw new DriverException(
            Reason.CONFIGURATION,
            "The descriptor "
                + raw
                + " in \"fds\" is no AF_XDP socket"
                + (got < 0 ? " (" + Errno.name(-got) + ")." : "."),
            "Pass the descriptor of a socket(AF_XDP, SOCK_RAW, 0) that is not bound.");
      }
    }
    try {
      Io.setNonBlocking(raw, true);
    } catch (LinuxException e) {
      throw AfxdpErrors.driverException(e);
    }
    return Fd.of(raw);
  }

  /** The most that the options allow first: no copies, then frames of several buffers. */
  private void bindFirst(XskSocket socket, boolean skb) throws DriverException {
    boolean mayShare = options.copy() != AfxdpOptions.Copy.COPY && !skb;
    boolean mayCopy = options.copy() != AfxdpOptions.Copy.ZERO_COPY;
    boolean fits = device.link().mtu() + AfxdpPort.HEADERS <= XskMemory.RX_ROOM;
    int sg = IfXdp.XDP_USE_SG();
    int result = -Errno.EOPNOTSUPP;
    if (mayShare) {
      result = bindFirst(socket, IfXdp.XDP_ZEROCOPY() | sg);
      // Larger frames do not fit one buffer: copies of all of them are better than some.
      if (isUnsupported(result) && (fits || !mayCopy)) {
        result = bindFirst(socket, IfXdp.XDP_ZEROCOPY());
      }
    }
    if (isUnsupported(result) && mayCopy) {
      result = bindFirst(socket, IfXdp.XDP_COPY() | sg);
      if (isUnsupported(result)) {
        result = bindFirst(socket, IfXdp.XDP_COPY());
      }
    }
    if (isUnsupported(result) && !mayCopy) {
      throw AfxdpErrors.of(
          "bind XDP_ZEROCOPY",
          where(options.firstQueue()),
          -result,
          "The driver of "
              + device.name()
              + (skb ? " runs the XDP program in skb mode" : " has no zero-copy")
              + ": with copy = \"auto\" the port works without.");
    }
    check(result, options.firstQueue());
  }

  private int bindFirst(XskSocket socket, int flags) throws DriverException {
    int all = flags | IfXdp.XDP_USE_NEED_WAKEUP();
    int result = socket.bind(device.index(), options.firstQueue(), all, -1);
    multiBuffer = (flags & IfXdp.XDP_USE_SG()) != 0;
    return result;
  }

  private static boolean isUnsupported(int result) {
    return result == -Errno.EOPNOTSUPP || result == -Errno.EINVAL;
  }

  private String where(int queue) {
    return "queue " + queue + " of " + device.name();
  }

  private void check(int result, int queue) throws DriverException {
    if (result == -Errno.EINVAL) {
      throw AfxdpErrors.of(
          "bind AF_XDP",
          where(queue),
          Errno.EINVAL,
          "The interface has %d receive queues, counted from 0.".formatted(device.receiveQueues()));
    }
    if (result < 0) {
      throw AfxdpErrors.of("bind AF_XDP", where(queue), -result);
    }
  }

  int size() {
    return sockets.size();
  }

  XskSocket get(int i) {
    return sockets.get(i);
  }

  XskMemory memory() {
    return memory;
  }

  boolean isZeroCopy() {
    return zeroCopy;
  }

  /** Whether a frame may take several buffers. */
  boolean isMultiBuffer() {
    return multiBuffer;
  }

  /**
   * Whether checksums of transmitted frames are finished: by the kernel for every interface where
   * it copies, else by an interface that says so (Linux 6.8).
   */
  boolean hasChecksum() {
    return checksum;
  }

  private boolean finishesChecksums() throws DriverException {
    return device
        .namespace()
        .in(() -> XdpFeatures.of(device.index()))
        .filter(features -> (features.xsk() & XdpFeatures.TX_CHECKSUM) != 0)
        .isPresent();
  }

  /** What was got, for the log. */
  String describe() {
    return (zeroCopy ? "zero-copy" : "copy")
        + (multiBuffer ? ", frames of several buffers" : ", frames of one buffer")
        + (checksum ? ", transmit checksums" : "")
        + ", "
        + 2 * memory.half()
        + " frames a queue"
        + (memory.isHuge() ? ", huge pages" : ", ordinary pages")
        + (options.busyPoll() > 0 ? ", busy polling" : "");
  }

  @Override
  public void close() {
    // The first lent the others its memory, and goes last.
    for (int i = sockets.size() - 1; i >= 0; i--) {
      sockets.get(i).close();
    }
    sockets.clear();
    memory.close();
  }
}
