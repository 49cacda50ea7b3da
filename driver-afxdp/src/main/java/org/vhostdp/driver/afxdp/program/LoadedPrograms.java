package org.vhostdp.driver.afxdp.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.vhostdp.driver.afxdp.generated.XdpKernel;
import org.vhostdp.driver.afxdp.generated.bpf_link_info;
import org.vhostdp.driver.afxdp.generated.bpf_prog_info;
import org.vhostdp.linux.Bpf;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;

/**
 * Programs, maps and links that are in the kernel already, by their numbers (CAP_SYS_ADMIN). What
 * vanishes meanwhile is as if it had not been there.
 */
final class LoadedPrograms {
  /** Bytes of union bpf_attr: BPF_*_GET_*_ID, BPF_OBJ_GET_INFO_BY_FD. */
  private static final int BY_ID = 12;

  private static final int INFO = 16;

  /** Maps that a program of ours could ever have. */
  private static final int MAPS = 16;

  private LoadedPrograms() {}

  /** A program's name, or empty if it is gone or this process may not ask. */
  static String name(int program) {
    try (Arena arena = Arena.ofConfined()) {
      return open(XdpKernel.BPF_PROG_GET_FD_BY_ID(), program).map(fd -> name(arena, fd)).orElse("");
    }
  }

  private static String name(Arena arena, Fd program) {
    try (program) {
      return name(arena, program.raw());
    }
  }

  /** The name of the program behind a descriptor, or empty. */
  static String nameOf(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      return name(arena, descriptor);
    }
  }

  private static String name(Arena arena, int descriptor) {
    MemorySegment info = bpf_prog_info.allocate(arena);
    return info(descriptor, info) < 0
        ? ""
        : bpf_prog_info.name(info).getString(0, StandardCharsets.US_ASCII);
  }

  /** The first map that a program of ours uses. */
  static Optional<XskMap> map(int program, String ifname) throws DriverException {
    Optional<Fd> opened = open(XdpKernel.BPF_PROG_GET_FD_BY_ID(), program);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (Fd fd = opened.get();
        Arena arena = Arena.ofConfined()) {
      MemorySegment ids = arena.allocate(ValueLayout.JAVA_INT, MAPS);
      MemorySegment info = bpf_prog_info.allocate(arena);
      bpf_prog_info.nr_map_ids(info, MAPS);
      bpf_prog_info.map_ids(info, ids.address());
      if (info(fd.raw(), info) < 0 || bpf_prog_info.nr_map_ids(info) == 0) {
        return Optional.empty();
      }
      int id = ids.get(ValueLayout.JAVA_INT, 0);
      Optional<Fd> map = open(XdpKernel.BPF_MAP_GET_FD_BY_ID(), id);
      return map.isEmpty()
          ? Optional.empty()
          : Optional.of(XskMap.adopt(map.get(), "the XSKMAP of " + ifname));
    }
  }

  /** The link that attaches a program to an interface. */
  static Optional<Fd> link(int program) {
    int id = 0;
    while (true) {
      id = next(id);
      if (id < 0) {
        return Optional.empty();
      }
      Optional<Fd> opened = open(XdpKernel.BPF_LINK_GET_FD_BY_ID(), id);
      if (opened.isPresent() && attaches(opened.get(), program)) {
        return opened;
      }
      opened.ifPresent(Fd::close);
    }
  }

  private static boolean attaches(Fd link, int program) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = bpf_link_info.allocate(arena);
      return info(link.raw(), info) >= 0
          && bpf_link_info.type(info) == XdpKernel.BPF_LINK_TYPE_XDP()
          && bpf_link_info.prog_id(info) == program;
    }
  }

  /** Whether this process may open objects by number at all. */
  static boolean allowed() {
    return next(0) != -Errno.EPERM;
  }

  private static int next(int link) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(BY_ID, Long.BYTES);
      attr.set(ValueLayout.JAVA_INT, 0, link);
      int result = Bpf.call(XdpKernel.BPF_LINK_GET_NEXT_ID(), attr);
      return result < 0 ? result : attr.get(ValueLayout.JAVA_INT, 4);
    }
  }

  private static Optional<Fd> open(int command, int id) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(BY_ID, Long.BYTES);
      attr.set(ValueLayout.JAVA_INT, 0, id);
      int raw = Bpf.call(command, attr);
      return raw < 0 ? Optional.empty() : Optional.of(Fd.of(raw));
    }
  }

  private static int info(int fd, MemorySegment info) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(INFO, Long.BYTES);
      attr.set(ValueLayout.JAVA_INT, 0, fd);
      attr.set(ValueLayout.JAVA_INT, 4, (int) info.byteSize());
      attr.set(ValueLayout.JAVA_LONG, 8, info.address());
      return Bpf.call(XdpKernel.BPF_OBJ_GET_INFO_BY_FD(), attr);
    }
  }
}
