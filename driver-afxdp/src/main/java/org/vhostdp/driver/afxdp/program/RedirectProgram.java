package org.vhostdp.driver.afxdp.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.afxdp.generated.XdpKernel;
import org.vhostdp.linux.Bpf;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;

/**
 * This driver's own program: a frame goes to the socket of its queue, and on to the kernel where
 * that queue has none.
 */
final class RedirectProgram {
  /** How our programs are known, on any machine and by any process; at most 15 bytes. */
  static final String NAME = "vhostdp_xsks";

  static final String LICENSE = "Apache-2.0";

  /** {@code struct xdp_md} of linux/bpf.h: offset of rx_queue_index. */
  static final long QUEUE_INDEX = 16;

  /** enum bpf_func_id: BPF_FUNC_redirect_map. */
  private static final long REDIRECT_MAP = 51;

  private static final long LOAD_WORD = 0x61;
  private static final long LOAD_DOUBLE = 0x18;
  private static final long MOVE = 0xb7;
  private static final long CALL = 0x85;
  private static final long EXIT = 0x95;

  /** BPF_PSEUDO_MAP_FD as a source register: the number is a map's descriptor. */
  private static final int MAP = 1;

  /** Bytes of union bpf_attr for BPF_PROG_LOAD up to expected_attach_type. */
  private static final int ATTR = 72;

  private static final int ATTR_FLAGS = 44;
  private static final int ATTR_NAME = 48;
  private static final int ATTR_IFINDEX = 64;
  private static final int ATTR_ATTACH = 68;
  private static final int LOG = 64 << 10;

  /** BPF_F_XDP_DEV_BOUND_ONLY of linux/bpf.h, Linux 6.3: runs in that interface's driver only. */
  private static final int BOUND = 1 << 6;

  private RedirectProgram() {}

  /** The instructions, for a map that is open as this descriptor. */
  static long[] instructions(int map) {
    return new long[] {
      instruction(LOAD_WORD, 2, 1, QUEUE_INDEX, 0),
      instruction(LOAD_DOUBLE, 1, MAP, 0, map),
      0,
      // Since Linux 5.3 the low bits of the flags say what happens where the map has nothing.
      instruction(MOVE, 3, 0, 0, XdpKernel.XDP_PASS()),
      instruction(CALL, 0, 0, 0, REDIRECT_MAP),
      instruction(EXIT, 0, 0, 0, 0),
    };
  }

  /** {@code struct bpf_insn} as a word. */
  static long instruction(long code, int destination, int source, long offset, long number) {
    return code | (long) (source << 4 | destination) << 8 | offset << 16 | number << 32;
  }

  /**
   * Loads the program, for frames of several buffers where the kernel knows them (Linux 5.18).
   *
   * @return its descriptor, the caller's
   */
  static Fd load(XskMap map) throws DriverException {
    return load(instructions(map.raw()));
  }

  static Fd load(long[] instructions) throws DriverException {
    return load(instructions, LICENSE, 0);
  }

  /**
   * The same of other instructions.
   *
   * @param ifindex the interface that it is bound to, in the calling thread's network namespace; or
   *     0
   */
  static Fd load(long[] instructions, String license, int ifindex) throws DriverException {
    int bound = ifindex == 0 ? 0 : BOUND;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocateFrom(ValueLayout.JAVA_LONG, instructions);
      MemorySegment attr = arena.allocate(ATTR, Long.BYTES);
      attr.set(ValueLayout.JAVA_INT, 0, XdpKernel.BPF_PROG_TYPE_XDP());
      attr.set(ValueLayout.JAVA_INT, 4, instructions.length);
      attr.set(ValueLayout.JAVA_LONG, 8, code.address());
      attr.set(ValueLayout.JAVA_LONG, 16, arena.allocateFrom(license).address());
      attr.set(ValueLayout.JAVA_INT, ATTR_FLAGS, bound | XdpKernel.BPF_F_XDP_HAS_FRAGS());
      attr.setString(ATTR_NAME, NAME);
      attr.set(ValueLayout.JAVA_INT, ATTR_IFINDEX, ifindex);
      attr.set(ValueLayout.JAVA_INT, ATTR_ATTACH, XdpKernel.BPF_XDP());
      int raw = LockedLimit.creating(() -> Bpf.call(XdpKernel.BPF_PROG_LOAD(), attr));
      if (raw == -Errno.EINVAL) {
        attr.set(ValueLayout.JAVA_INT, ATTR_FLAGS, bound);
        raw = Bpf.call(XdpKernel.BPF_PROG_LOAD(), attr);
      }
      if (raw < 0) {
        throw refused(arena, attr, -raw);
      }
      return Fd.of(raw);
    }
  }

  /** Loads once more for the verifier's reasons. */
  private static DriverException refused(Arena arena, MemorySegment attr, int errno) {
    MemorySegment log = arena.allocate(LOG);
    attr.set(ValueLayout.JAVA_INT, 24, 1);
    attr.set(ValueLayout.JAVA_INT, 28, LOG);
    attr.set(ValueLayout.JAVA_LONG, 32, log.address());
    int again = Bpf.call(XdpKernel.BPF_PROG_LOAD(), attr);
    if (again >= 0) {
      Fd.of(again).close();
    }
    return VerifierLog.refusal("bpf BPF_PROG_LOAD", NAME, errno, log);
  }
}
