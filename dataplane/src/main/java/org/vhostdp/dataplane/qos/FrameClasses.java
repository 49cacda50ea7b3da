package org.vhostdp.dataplane.qos;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;

/**
 * Which class a frame belongs to: by its code point (RFC 2474) if a class names that, else by the
 * priority in its outer VLAN tag (IEEE 802.1Q) if a class names that, else class 0. Whatever the
 * bytes are; a frame cut off in its headers is one without them.
 */
final class FrameClasses {
  private static final int ETHER_TYPE = 12;
  private static final int CUSTOMER_TAG = 0x8100;
  private static final int SERVICE_TAG = 0x88A8;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int TAGS = 2;
  private static final int NONE = -1;

  private final int[] byCodePoint = new int[64];
  private final int[] byPriority = new int[8];

  FrameClasses(Map<Integer, TrafficClass> classes) {
    Arrays.fill(byCodePoint, NONE);
    Arrays.fill(byPriority, NONE);
    classes.forEach(
        (number, of) -> {
          name(byCodePoint, of.dscp(), number);
          name(byPriority, of.vlanPriorities(), number);
        });
  }

  private static void name(int[] table, long bits, int number) {
    for (int i = 0; i < table.length; i++) {
      if ((bits >>> i & 1) != 0) {
        table[i] = number;
      }
    }
  }

  /**
   * A frame's class.
   *
   * @param length bytes there, 14 at least
   * @param tag tag control information that stands beside the bytes, or -1
   */
  int of(MemorySegment memory, long offset, int length, int tag) {
    int priority = tag < 0 ? NONE : tag >>> 13 & 7;
    int at = ETHER_TYPE;
    int type = length < at + 2 ? 0 : big(memory, offset + at);
    for (int tags = 0; tags < TAGS && (type == CUSTOMER_TAG || type == SERVICE_TAG); tags++) {
      if (length < at + 6) {
        break;
      }
      if (priority == NONE) {
        priority = big(memory, offset + at + 2) >>> 13;
      }
      at += 4;
      type = big(memory, offset + at);
    }
    int named = codePointClass(memory, offset + at + 2, length - at - 2, type);
    if (named == NONE && priority != NONE) {
      named = byPriority[priority];
    }
    return named == NONE ? 0 : named;
  }

  private int codePointClass(MemorySegment memory, long at, int left, int type) {
    if (left < 20) {
      return NONE;
    }
    int word = big(memory, at);
    if (type == IPV4 && word >>> 12 == 4) {
      return byCodePoint[word >>> 2 & 63];
    }
    if (type == IPV6 && word >>> 12 == 6) {
      return byCodePoint[word >>> 6 & 63];
    }
    return NONE;
  }

  private static int big(MemorySegment memory, long at) {
    return (memory.get(ValueLayout.JAVA_BYTE, at) & 0xFF) << 8
        | memory.get(ValueLayout.JAVA_BYTE, at + 1) & 0xFF;
  }
}
