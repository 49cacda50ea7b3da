package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What a guest sends through the control queue is read, or refused with a sentence. */
class RssSettingTest {
  private static final byte[] KEY = FlowClassifierTest.KEY;

  private static byte[] config(
      int types, int mask, int unclassified, int[] table, int transmit, byte[] key) {
    ByteBuffer out =
        ByteBuffer.allocate(11 + 2 * table.length + key.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(types).putShort((short) mask).putShort((short) unclassified);
    for (int queue : table) {
      out.putShort((short) queue);
    }
    return out.putShort((short) transmit).put((byte) key.length).put(key).array();
  }

  private static String refused(byte[] control, boolean hashOnly) {
    SteeringRefused refused =
        assertThrows(SteeringRefused.class, () -> RssSetting.parse(control, 4, hashOnly));
    assertTrue(refused.getMessage().endsWith("."), refused.getMessage());
    return refused.getMessage();
  }

  private static void assertRefused(String why, byte[] control) {
    String said = refused(control, false);
    assertTrue(said.contains(why), said);
  }

  @Test
  void aGuestsCommandIsRead() throws Exception {
    int[] table = {0, 1, 2, 1};
    RssSetting read = RssSetting.parse(config(0x3F, 3, 1, table, 2, KEY), 4, false);
    assertEquals(0x3F, read.types());
    assertEquals(1, read.unclassified());
    assertArrayEquals(table, read.table());
    assertArrayEquals(KEY, read.key());
    assertEquals(3, read.pairs());
    assertEquals(4, RssSetting.parse(config(1, 3, 1, table, 4, KEY), 4, false).pairs());
    assertEquals(read, RssSetting.parse(config(0x3F, 3, 1, table, 2, KEY), 4, false));
    assertFalse(read.equals(RssSetting.parse(config(0x3F, 3, 2, table, 2, KEY), 4, false)));
    read.table()[0] = 3;
    read.key()[0] = 0;
    assertArrayEquals(table, read.table());
    assertArrayEquals(KEY, read.key());
    assertFalse(read.toString().contains("6d"), read.toString());
  }

  @Test
  void theLargestTableAndNoTypesAtAll() throws Exception {
    byte[] largest = config(511, 127, 0, new int[128], 1, KEY);
    assertEquals(128, RssSetting.parse(largest, 1, false).table().length);
    assertEquals(
        0, RssSetting.parse(config(0, 0, 0, new int[1], 1, new byte[0]), 1, false).types());
  }

  @Test
  void aHashAloneLeavesQueuesAlone() throws Exception {
    byte[] config = config(7, 0xFFFF, 0xFFFF, new int[] {0xFFFF}, 0xFFFF, KEY);
    RssSetting read = RssSetting.parse(config, 4, true);
    assertEquals(7, read.types());
    assertArrayEquals(KEY, read.key());
    assertEquals(1, read.pairs());
    assertTrue(refused(Arrays.copyOf(config, 12), true).contains("short"));
    assertTrue(refused(Arrays.copyOf(config, 52), true).contains("40 bytes is announced"));
  }

  @Test
  void nonsenseIsRefused() {
    int[] two = {0, 1};
    assertRefused("too large", config(1, 255, 0, new int[256], 1, KEY));
    assertRefused("too large", config(1, 0xFFFF, 0, two, 1, KEY));
    assertRefused("power of two", config(1, 2, 0, new int[3], 1, KEY));
    assertRefused("queue 4 of 4", config(1, 1, 0, new int[] {0, 4}, 1, KEY));
    assertRefused("queue 32768 of 4", config(1, 1, 0, new int[] {0, 0x8000}, 1, KEY));
    assertRefused("queue 65535 of 4", config(1, 1, 0xFFFF, two, 1, KEY));
    assertRefused("0x200 are unknown", config(0x200, 1, 0, two, 1, KEY));
    assertRefused("0x80000000 are unknown", config(1 << 31, 1, 0, two, 1, KEY));
    assertRefused("key of 41", config(1, 1, 0, two, 1, new byte[41]));
    assertRefused("key of 0", config(1, 1, 0, two, 1, new byte[0]));
    assertRefused("0 transmit", config(1, 1, 0, two, 0, KEY));
    assertRefused("5 transmit", config(1, 1, 0, two, 5, KEY));
  }

  @Test
  void everyOtherLengthIsRefused() {
    byte[] whole = config(1, 1, 0, new int[] {0, 1}, 1, KEY);
    for (int length = 0; length < whole.length + 10; length++) {
      if (length != whole.length) {
        refused(Arrays.copyOf(whole, length), false);
      }
    }
  }

  @Property(tries = 2000)
  void noiseIsRefusedOrSane(@ForAll byte[] control, @ForAll boolean hashOnly) {
    try {
      RssSetting read = RssSetting.parse(control, 3, hashOnly);
      assertEquals(0, read.types() & ~RssSetting.TYPES);
      assertTrue(read.pairs() <= 3);
      assertTrue(Arrays.stream(read.table()).allMatch(queue -> queue >= 0 && queue < 3));
    } catch (SteeringRefused e) {
      assertTrue(e.getMessage().endsWith("."), e.getMessage());
    }
  }
}
