package org.vhostdp.guest.twin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RssCommandTest {
  /** Of Linux 6.1 for "ethtool -X eth0 weight 1 3", without the runs of equal entries. */
  private static final String LINUX_BEGIN = "3f0000007f000000";

  private static final String LINUX_KEY =
      "47e76a7b536226a1abe81f46e7f5971e642e989632e745a37e374b6bb0956e94b1683ca2316c3d2d";

  @Test
  void itIsWhatLinuxSends() {
    int[] table = new int[128];
    Arrays.fill(table, 32, 128, 1);
    byte[] key = HexFormat.of().parseHex(LINUX_KEY);
    byte[] sent = RssCommand.table(1, table).withKey(key).rss();
    String expected =
        LINUX_BEGIN + "0000".repeat(32) + "0100".repeat(96) + "0100" + "28" + LINUX_KEY;
    assertEquals(307, sent.length);
    assertEquals(expected, HexFormat.of().formatHex(sent));
  }

  @Test
  void hashesHaveReservedWordsBeforeTheKey() {
    byte[] sent = RssCommand.table(1, 0).withTypes(0x107).withKey(new byte[] {9, 8}).hashes();
    assertEquals("07010000" + "0000000000000000" + "02" + "0908", HexFormat.of().formatHex(sent));
  }

  @Test
  void nonsenseIsDifferentFromWhatIsGoodAndOfOneAnother() {
    byte[] good = RssCommand.table(4, new int[128]).rss();
    Map<String, byte[]> hostile = RssCommand.hostile(4, 128);
    Set<String> seen = new HashSet<>();
    hostile.forEach(
        (name, data) -> {
          assertFalse(Arrays.equals(good, data), name);
          assertTrue(seen.add(HexFormat.of().formatHex(data)), name);
          assertTrue(data.length <= ControlQueue.MAX_DATA, name);
        });
    assertTrue(hostile.size() > 15);
  }

  @Test
  void theHashLiesBehindTheNumberOfBuffers() {
    MemorySegment memory = MemorySegment.ofArray(new byte[24]);
    NetHeader header = new NetHeader();
    header.numBuffers = 1;
    header.hash = 0x11223344;
    header.hashReport = 2;
    header.write(memory, 2, NetHeader.HASHED);
    byte[] bytes = memory.asSlice(2 + 10, 10).toArray(ValueLayout.JAVA_BYTE);
    assertArrayEquals(HexFormat.of().parseHex("01004433221102000000"), bytes);
    NetHeader back = new NetHeader();
    back.read(memory, 2, NetHeader.HASHED);
    assertEquals(header.toString(), back.toString());
    back.read(memory, 2, NetHeader.MODERN);
    assertEquals(0, back.hashReport);
  }
}
