package org.vhostdp.driver.afxdp.program;

import static org.vhostdp.driver.afxdp.program.RedirectProgram.instruction;

import java.util.OptionalInt;
import org.vhostdp.driver.afxdp.generated.XdpKernel;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.XdpFeatures;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * {@link RedirectProgram} for interfaces that take VLAN tags out of frames: it asks the interface's
 * driver for the tag (Linux 6.8) and puts it back behind the addresses, before the frame goes to a
 * socket. Frames that nobody has a socket for go on as they came. Programs that ask an interface
 * are bound to it, and run in its driver only.
 */
final class TagProgram {
  private static final String FUNCTION = "bpf_xdp_metadata_rx_vlan_tag";

  /** What the kernel asks of programs that call its functions; these instructions are both. */
  private static final String LICENSE = "Dual BSD/GPL";

  /** Operations of linux/bpf.h and linux/bpf_common.h: class, source or mode, size. */
  private static final long COPY = 0xbf;

  private static final long ADD = 0x07;
  private static final long MOVE = 0xb7;
  private static final long TO_NETWORK = 0xdc;
  private static final long LOAD_WORD = 0x61;
  private static final long LOAD_HALF = 0x69;
  private static final long LOAD_MAP = 0x18;
  private static final long STORE_WORD = 0x63;
  private static final long STORE_HALF = 0x6b;
  private static final long STORE_ZERO = 0x7a;
  private static final long CALL = 0x85;
  private static final long EXIT = 0x95;
  private static final long IF_EQUAL = 0x15;
  private static final long IF_NOT = 0x55;
  private static final long IF_GREATER = 0x2d;

  /** BPF_PSEUDO_MAP_FD, BPF_PSEUDO_KFUNC_CALL: what a number means. */
  private static final int MAP = 1;

  private static final int KERNEL = 2;

  /** enum bpf_func_id. */
  private static final long LOOKUP = 1;

  private static final long ADJUST_HEAD = 44;
  private static final long REDIRECT_MAP = 51;

  /** Registers: the result, the context, what survives calls, the stack's end. */
  private static final int R0 = 0;

  private static final int CONTEXT = 6;
  private static final int QUEUE = 7;
  private static final int PROTOCOL = 8;
  private static final int TAG = 9;
  private static final int STACK = 10;

  private TagProgram() {}

  /**
   * Loads it.
   *
   * @throws DriverException UNSUPPORTED if interface or kernel do not tell tags
   */
  static Fd load(XskMap map, Interface target) throws DriverException {
    OptionalInt function = KernelFunctions.number(FUNCTION);
    if (!tells(target) || function.isEmpty()) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          "%s does not tell the VLAN tags that it takes out of frames%s."
              .formatted(target.name(), function.isEmpty() ? ", nor can the kernel" : ""),
          "Have it leave them in: ethtool -K "
              + target.name()
              + " rxvlan off, and at the far end of a veth pair txvlan off.");
    }
    long[] code = instructions(map.raw(), function.getAsInt());
    return RedirectProgram.load(code, LICENSE, target.index());
  }

  private static boolean tells(Interface target) throws DriverException {
    try {
      return XdpFeatures.of(target.index())
          .filter(features -> (features.rxMetadata() & XdpFeatures.RX_VLAN_TAG) != 0)
          .isPresent();
    } catch (LinuxException e) {
      throw ProgramErrors.of(e);
    }
  }

  /**
   * The instructions.
   *
   * @param map descriptor of the XSKMAP, open in this process
   * @param function number of the kernel function that tells the tag
   */
  static long[] instructions(int map, int function) {
    return new long[] {
      instruction(COPY, CONTEXT, 1, 0, 0),
      instruction(LOAD_WORD, QUEUE, 1, RedirectProgram.QUEUE_INDEX, 0),
      // The tag's protocol and the tag, 2 bytes each on the stack; most frames have none.
      instruction(STORE_ZERO, STACK, 0, stack(-8), 0),
      instruction(COPY, 2, STACK, 0, 0),
      instruction(ADD, 2, 0, 0, -8),
      instruction(COPY, 3, STACK, 0, 0),
      instruction(ADD, 3, 0, 0, -6),
      instruction(CALL, 0, KERNEL, 0, function),
      instruction(IF_NOT, R0, 0, 27, 0),
      instruction(LOAD_HALF, PROTOCOL, STACK, stack(-8), 0),
      instruction(LOAD_HALF, TAG, STACK, stack(-6), 0),
      instruction(TO_NETWORK, TAG, 0, 0, 16),
      // Without a socket the kernel gets the frame, and knows the tag already.
      instruction(STORE_WORD, STACK, QUEUE, stack(-8), 0),
      instruction(LOAD_MAP, 1, MAP, 0, map),
      0,
      instruction(COPY, 2, STACK, 0, 0),
      instruction(ADD, 2, 0, 0, -8),
      instruction(CALL, 0, 0, 0, LOOKUP),
      instruction(IF_EQUAL, R0, 0, 23, 0),
      // 4 bytes more at the front; the addresses move there.
      instruction(COPY, 1, CONTEXT, 0, 0),
      instruction(MOVE, 2, 0, 0, -4),
      instruction(CALL, 0, 0, 0, ADJUST_HEAD),
      instruction(IF_NOT, R0, 0, 21, 0),
      instruction(LOAD_WORD, 1, CONTEXT, 0, 0),
      instruction(LOAD_WORD, 2, CONTEXT, 4, 0),
      instruction(COPY, 3, 1, 0, 0),
      instruction(ADD, 3, 0, 0, 16),
      instruction(IF_GREATER, 3, 2, 16, 0),
      instruction(LOAD_WORD, 4, 1, 4, 0),
      instruction(STORE_WORD, 1, 4, 0, 0),
      instruction(LOAD_WORD, 4, 1, 8, 0),
      instruction(STORE_WORD, 1, 4, 4, 0),
      instruction(LOAD_WORD, 4, 1, 12, 0),
      instruction(STORE_WORD, 1, 4, 8, 0),
      instruction(STORE_HALF, 1, PROTOCOL, 12, 0),
      instruction(STORE_HALF, 1, TAG, 14, 0),
      // 36: to the socket.
      instruction(LOAD_MAP, 1, MAP, 0, map),
      0,
      instruction(COPY, 2, QUEUE, 0, 0),
      instruction(MOVE, 3, 0, 0, XdpKernel.XDP_PASS()),
      instruction(CALL, 0, 0, 0, REDIRECT_MAP),
      instruction(EXIT, 0, 0, 0, 0),
      // 42: to the kernel.
      instruction(MOVE, R0, 0, 0, XdpKernel.XDP_PASS()),
      instruction(EXIT, 0, 0, 0, 0),
      // 44: there was no room, which the kernel's tracepoint xdp_exception tells: XDP_ABORTED.
      instruction(MOVE, R0, 0, 0, 0),
      instruction(EXIT, 0, 0, 0, 0),
    };
  }

  /** An offset from the stack's end, as the instruction has it: 16 bits. */
  private static long stack(int offset) {
    return offset & 0xFFFFL;
  }
}
