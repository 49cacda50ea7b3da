package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Programs and maps of the kernel that somebody pinned in a bpf file system (bpf(2)). */
public final class BpfObject {
  /** PATH_MAX of linux/limits.h, the closing zero included. */
  private static final int MOST_PATH = 4096;

  /**
   * Bytes of union bpf_attr that BPF_OBJ_GET looks at: pathname u64, bpf_fd u32, file_flags u32.
   */
  private static final int ATTR = 16;

  private BpfObject() {}

  /**
   * Opens a pinned object.
   *
   * @param path in a mounted bpf file system, like /sys/fs/bpf/steer
   * @return close-on-exec, owned by the caller
   * @throws LinuxException ENOENT if nothing is there, EPERM without CAP_BPF or CAP_SYS_ADMIN, or
   *     if it is a file of another file system; EINVAL if the path cannot be one
   */
  public static Fd open(String path) throws LinuxException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    if (name.length == 0 || name.length >= MOST_PATH || path.indexOf('\0') >= 0) {
      throw new LinuxException("bpf BPF_OBJ_GET", "path", Errno.EINVAL);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text =
          arena.allocateFrom(ValueLayout.JAVA_BYTE, Arrays.copyOf(name, name.length + 1));
      MemorySegment attr = arena.allocate(ATTR, Long.BYTES);
      attr.set(ValueLayout.JAVA_LONG, 0, text.address());
      int result = BpfCalls.bpf(CallState.ofThread(), BpfCalls.OBJ_GET, attr);
      if (result < 0) {
        throw new LinuxException("bpf BPF_OBJ_GET", path, -result);
      }
      return Fd.of(result);
    }
  }
}
