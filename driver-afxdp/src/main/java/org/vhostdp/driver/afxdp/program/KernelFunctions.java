package org.vhostdp.driver.afxdp.program;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * The kernel's functions by name, as programs call them: by their number among the kernel's types
 * (BTF; linux/btf.h, Documentation/bpf/btf.rst).
 */
final class KernelFunctions {
  private static final Path KERNEL = Path.of("/sys/kernel/btf/vmlinux");

  private static final int MAGIC = 0xeb9f;
  private static final int TYPE = 12;
  private static final int KIND_FUNC = 12;

  /** Bytes that follow a type, by kind: for each kind once, and for each of its parts. */
  private static final int[] ONCE = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};

  private static final int[] EACH = {
    0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12
  };

  private KernelFunctions() {}

  /** A function's number; empty if the kernel has none of that name, or does not tell. */
  static OptionalInt number(String function) {
    try {
      return number(ByteBuffer.wrap(Files.readAllBytes(KERNEL)), function);
    } catch (IOException unreadable) {
      // No BTF, or not for this process: programs of this one's cannot call kernel functions.
      return OptionalInt.empty();
    }
  }

  /** The same in bytes, of a file of the machine's own order. */
  static OptionalInt number(ByteBuffer btf, String function) {
    btf.order(ByteOrder.nativeOrder());
    if (btf.limit() < 24 || (btf.getShort(0) & 0xFFFF) != MAGIC) {
      return OptionalInt.empty();
    }
    int header = btf.getInt(4);
    int types = header + btf.getInt(8);
    int end = types + btf.getInt(12);
    int strings = header + btf.getInt(16);
    if (header < 0 || types < 0 || end < types || end > btf.limit() || strings < 0) {
      return OptionalInt.empty();
    }
    byte[] name = (function + '\0').getBytes(StandardCharsets.US_ASCII);
    int id = 1;
    for (int at = types; at >= types && at + TYPE <= end; id++) {
      int info = btf.getInt(at + 4);
      int kind = info >>> 24 & 0x1F;
      if (kind >= ONCE.length) {
        return OptionalInt.empty();
      }
      if (kind == KIND_FUNC && isAt(btf, strings + btf.getInt(at), name)) {
        return OptionalInt.of(id);
      }
      at += TYPE + ONCE[kind] + (info & 0xFFFF) * EACH[kind];
    }
    return OptionalInt.empty();
  }

  private static boolean isAt(ByteBuffer btf, int at, byte[] name) {
    if (at < 0 || at > btf.limit() - name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (btf.get(at + i) != name[i]) {
        return false;
      }
    }
    return true;
  }
}
