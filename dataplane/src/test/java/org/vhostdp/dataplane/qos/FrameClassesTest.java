package org.vhostdp.dataplane.qos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameClassesTest {
  private static final String ADDRESSES = "020000000001020000000002";
  private static final String IPV4 = "0800" + "45TT" + "0".repeat(36);
  private static final String IPV6 = "86dd" + "6TT0" + "0".repeat(76);

  private static FrameClasses classes() throws QosRefused {
    return new FrameClasses(
        QosSpec.of(
                List.of(
                    "class=1 dscp=46",
                    "class=2 dscp=0 vlan-priority=5",
                    "class=3 vlan-priority=7 dscp=63"))
            .classes());
  }

  @ParameterizedTest
  @CsvSource({
    "4, '', b8, -1, 1",
    "4, '', bb, -1, 1",
    "4, '', 00, -1, 2",
    "4, '', fc, -1, 3",
    "4, '', 04, -1, 0",
    "6, '', b8, -1, 1",
    "6, '', fc, -1, 3",
    "6, '', 04, -1, 0",
    "4, 8100a001, 04, -1, 2",
    "4, 8100e001, 04, -1, 3",
    "4, 8100e001, b8, -1, 1",
    "4, 88a8e0018100a002, 04, -1, 3",
    "6, 88a800018100a002, 04, -1, 0",
    "4, '', 04, 57345, 3",
    "4, 8100a001, 04, 57345, 3",
  })
  void codePointsAndTagsChoose(int version, String tags, String tos, int beside, int expected)
      throws QosRefused {
    String text = ADDRESSES + tags + (version == 4 ? IPV4 : IPV6).replace("TT", tos);
    assertEquals(expected, of(HexFormat.of().parseHex(text), beside), text);
  }

  private static int of(byte[] frame, int tag) throws QosRefused {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment exact = arena.allocate(Math.max(1, frame.length));
      MemorySegment.copy(frame, 0, exact, ValueLayout.JAVA_BYTE, 0, frame.length);
      return classes().of(exact, 0, frame.length, tag);
    }
  }

  @ParameterizedTest
  @CsvSource({"8100", "8100e0", "8100e001", "8100e00181", "0800", "080045", "86dd6b80", "''"})
  void framesCutOffInTheirHeadersAreOfAClassToo(String rest) throws QosRefused {
    int found = of(HexFormat.of().parseHex(ADDRESSES + rest), -1);
    assertTrue(found == 0 || found == 3, "class " + found);
  }

  @Property
  void anyBytesHaveAClass(@ForAll @Size(max = 80) byte[] frame, @ForAll short tag)
      throws QosRefused {
    int found = of(frame, tag);
    assertTrue(found >= 0 && found <= 3);
  }
}
