package org.vhostdp.driver.tap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.driver.tap.generated.Tun;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** The requests of linux/if_tun.h on one descriptor. Results are those of ioctl(2), or -errno. */
final class TunCalls {
  static final String TUN = "/dev/net/tun";

  /** O_RDWR | O_NONBLOCK of asm-generic/fcntl.h. */
  static final int OPEN_FLAGS = 02 | 04000;

  private TunCalls() {}

  /** Opens {@link #TUN} or a macvtap's node. */
  static Fd open(String path) throws DriverException {
    try {
      return Io.open(path, OPEN_FLAGS, 0);
    } catch (LinuxException e) {
      throw TapErrors.of("open", path, e.errno(), adviceToOpen(path, e));
    }
  }

  private static String adviceToOpen(String path, LinuxException e) {
    return switch (e.errno()) {
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
          path.equals(TUN)
              ? "Load the kernel's driver with \"modprobe tun\"; in a container, pass the device"
                  + " in."
              : "Name the node of an existing macvtap interface, /dev/tapN.";
      case Errno.EACCES, Errno.EPERM -> "Let this user read and write " + path + ".";
      case Errno.EBUSY -> "It has as many open queues as the kernel allows.";
      default -> e.advice();
    };
  }

  /** The name that the interface behind the descriptor has now, or null if there is none. */
  static String name(Fd fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = Ifreq.allocate(arena, "", 0);
      return ioctl(fd, Tun.TUNGETIFF(), answer) < 0 ? null : Ifreq.name(answer);
    }
  }

  /** TUNGETIFF: 0 or more if there is an interface behind the descriptor. */
  static int probe(Fd fd) {
    try (Arena arena = Arena.ofConfined()) {
      return ioctl(fd, Tun.TUNGETIFF(), Ifreq.allocate(arena, "", 0));
    }
  }

  /** The user this process works as, who owns its files under /proc. */
  static int user() throws DriverException {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new DriverException(
          Reason.DEVICE, "/proc/self cannot be read.", "Mount /proc in this container.", e);
    }
  }

  /** TUNSETQUEUE: IFF_ATTACH_QUEUE or IFF_DETACH_QUEUE. */
  static int setQueue(Fd fd, int flag) {
    try (Arena arena = Arena.ofConfined()) {
      return ioctl(fd, Tun.TUNSETQUEUE(), Ifreq.allocate(arena, "", flag));
    }
  }

  /** A request that points to an int. */
  static int setInt(Fd fd, long request, int value) {
    try (Arena arena = Arena.ofConfined()) {
      return ioctl(fd, request, arena.allocateFrom(ValueLayout.JAVA_INT, value));
    }
  }

  /** A request with a number. */
  static int ioctl(Fd fd, long request, long argument) {
    try (Arena arena = Arena.ofConfined()) {
      return Io.ioctl(new CallState(arena), fd.raw(), request, argument);
    }
  }

  /** A request that points to a structure. */
  static int ioctl(Fd fd, long request, MemorySegment argument) {
    try (Arena arena = Arena.ofConfined()) {
      return Io.ioctl(new CallState(arena), fd.raw(), request, argument);
    }
  }
}
