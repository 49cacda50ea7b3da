package org.vhostdp.driver.afxdp.program;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.driver.afxdp.generated.XdpKernel;
import org.vhostdp.linux.Bpf;
import org.vhostdp.linux.BpfObject;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * A map of the kernel from queue to AF_XDP socket (BPF_MAP_TYPE_XSKMAP of linux/bpf.h). The kernel
 * takes a socket out by itself when it is closed. Control threads.
 */
final class XskMap implements AutoCloseable {
  static final String NAME = "xsks_map";

  /** Queues of an interface that has more than any known; 8 bytes each. */
  private static final int QUEUES = 4096;

  /** Bytes of union bpf_attr: BPF_MAP_CREATE up to map_name, BPF_MAP_*_ELEM. */
  private static final int CREATE = 48;

  private static final int CREATE_NAME = 28;
  private static final int ELEMENT = 32;

  private final Fd fd;
  private final String object;
  private final int entries;
  private final int id;

  private XskMap(Fd fd, String object) throws DriverException {
    this.fd = fd;
    this.object = object;
    String info = info(fd, object);
    if (number(info, "map_type") != XdpKernel.BPF_MAP_TYPE_XSKMAP()) {
      throw new DriverException(
          Reason.CONFIGURATION,
          object + " is no XSKMAP.",
          "Name a map of type xskmap, with keys and values of 4 bytes.");
    }
    entries = number(info, "max_entries");
    id = number(info, "map_id");
  }

  /** A new map, empty. */
  static XskMap create(String ifname) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(CREATE, Long.BYTES);
      attr.set(ValueLayout.JAVA_INT, 0, XdpKernel.BPF_MAP_TYPE_XSKMAP());
      attr.set(ValueLayout.JAVA_INT, 4, Integer.BYTES);
      attr.set(ValueLayout.JAVA_INT, 8, Integer.BYTES);
      attr.set(ValueLayout.JAVA_INT, 12, QUEUES);
      attr.setString(CREATE_NAME, NAME);
      int raw = LockedLimit.creating(() -> Bpf.call(XdpKernel.BPF_MAP_CREATE(), attr));
      if (raw < 0) {
        throw ProgramErrors.of("bpf BPF_MAP_CREATE", "XSKMAP for " + ifname, -raw);
      }
      return adopt(Fd.of(raw), "the XSKMAP of " + ifname);
    }
  }

  /** A map that somebody pinned. */
  static XskMap pinned(String path) throws DriverException {
    try {
      return adopt(BpfObject.open(path), path);
    } catch (LinuxException e) {
      throw ProgramErrors.of(e.call(), e.object(), e.errno(), adviceToOpen(path, e));
    }
  }

  private static String adviceToOpen(String path, LinuxException e) {
    return switch (e.errno()) {
      case Errno.ENOENT -> "Pin the XSKMAP there first: bpftool map pin id ID " + path + ".";
      case Errno.EACCES, Errno.EPERM ->
          "It must be a map pinned in a bpf file system, such as under /sys/fs/bpf, that this user"
              + " may read and write (chown, chmod), in folders that he may search.";
      default -> e.advice();
    };
  }

  /**
   * Takes a descriptor over, and closes it if it is of something else.
   *
   * @param object what messages call it
   */
  static XskMap adopt(Fd fd, String object) throws DriverException {
    try {
      return new XskMap(fd, object);
    } catch (DriverException e) {
      fd.close();
      throw e;
    }
  }

  /** The same for a descriptor that stays somebody else's. */
  static XskMap copyOf(int raw, String object) throws DriverException {
    try {
      return adopt(Fd.copyOf(raw), object);
    } catch (LinuxException e) {
      throw ProgramErrors.of(e);
    }
  }

  private static String info(Fd fd, String object) throws DriverException {
    try {
      return Files.readString(Path.of("/proc/self/fdinfo/" + fd.raw()), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new DriverException(
          Reason.DEVICE,
          "/proc/self/fdinfo of " + object + " cannot be read.",
          "Mount /proc in this container.",
          e);
    }
  }

  private static int number(String info, String field) {
    return info.lines()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> Integer.parseInt(line.substring(field.length() + 1).trim()))
        .findFirst()
        .orElse(-1);
  }

  /** The descriptor's number; the map stays the owner. */
  int raw() {
    return fd.raw();
  }

  int id() {
    return id;
  }

  /**
   * Puts a socket in.
   *
   * @throws DriverException BUSY if another socket has the queue
   */
  void put(int queue, int socket) throws DriverException {
    int result = element(XdpKernel.BPF_MAP_UPDATE_ELEM(), queue, socket);
    if (result < 0) {
      throw ProgramErrors.of(
          "bpf BPF_MAP_UPDATE_ELEM", "queue " + queue + " in " + object, -result, advice(-result));
    }
  }

  private String advice(int errno) {
    return switch (errno) {
      case Errno.EEXIST ->
          "Another socket receives that queue: end its process, or choose other queues with"
              + " first-queue and queues.";
      case Errno.E2BIG -> "The map has entries for queues 0 to " + (entries - 1) + ".";
      case Errno.EPERM -> "The map is read-only for this process.";
      default -> Errno.advice(errno);
    };
  }

  /** Takes a socket out; it may be out already. */
  void remove(int queue) {
    element(XdpKernel.BPF_MAP_DELETE_ELEM(), queue, 0);
  }

  private int element(int command, int queue, int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(ELEMENT, Long.BYTES);
      attr.set(ValueLayout.JAVA_INT, 0, fd.raw());
      attr.set(ValueLayout.JAVA_LONG, 8, arena.allocateFrom(ValueLayout.JAVA_INT, queue).address());
      if (command == XdpKernel.BPF_MAP_UPDATE_ELEM()) {
        MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, socket);
        attr.set(ValueLayout.JAVA_LONG, 16, value.address());
        attr.set(ValueLayout.JAVA_LONG, 24, XdpKernel.BPF_NOEXIST());
      }
      return Bpf.call(command, attr);
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
