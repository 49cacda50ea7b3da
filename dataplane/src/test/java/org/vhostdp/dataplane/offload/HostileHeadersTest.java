package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.vhostdp.spi.Offload;

/** No frame makes segmentation throw, read outside the frame, or write outside its own frames. */
class HostileHeadersTest {
  private static final int[] KINDS = {Offload.GSO_TCP4, Offload.GSO_TCP6, Offload.GSO_USO};

  private final CuttingBed bed = new CuttingBed(600, 12);

  @Property
  void randomBytes(@ForAll @Size(max = 300) byte[] bytes, @ForAll int offloads, @ForAll int size) {
    assertRefusedOrCut(bed.cut(bytes, offloads, size));
  }

  @Example
  void headersWithRandomBytesInThem() {
    Random random = new Random(5);
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 30_000; i++) {
      int kind = random.nextInt(KINDS.length);
      LargeFrame large = large(random, kind);
      byte[] bytes = large.bytes(random);
      for (int wrong = random.nextInt(4); wrong > 0; wrong--) {
        bytes[12 + random.nextInt(large.headers() - 12)] = (byte) random.nextInt(256);
      }
      int cut = random.nextInt(3) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
      int n = bed.cut(Arrays.copyOf(bytes, cut), KINDS[kind], random.nextInt(600));
      assertRefusedOrCut(n);
      seen.add(Math.min(n, 1));
    }
    assertEquals(
        Set.of(
            1,
            Segmentation.TRUNCATED,
            Segmentation.UNKNOWN,
            Segmentation.FRAGMENTED,
            Segmentation.BAD_SIZE,
            Segmentation.NO_ROOM),
        seen,
        "every outcome");
  }

  @Example
  void everyBeginningOfAFrameIsTruncatedUntilItsHeadersAreThere() {
    Random random = new Random(6);
    for (int i = 0; i < 300; i++) {
      int kind = random.nextInt(KINDS.length);
      LargeFrame large = large(random, kind);
      byte[] bytes = large.bytes(random);
      for (int length = 0; length < large.headers(); length++) {
        int n = bed.cut(Arrays.copyOf(bytes, length), KINDS[kind], 500);
        assertEquals(Segmentation.TRUNCATED, n, large + ", " + length + " bytes");
      }
    }
  }

  @Example
  void extensionHeadersWithoutEndAreRefused() {
    byte[] bytes = new byte[65_000];
    bytes[12] = (byte) 0x86;
    bytes[13] = (byte) 0xDD;
    bytes[14] = 0x60;
    assertEquals(Segmentation.TRUNCATED, bed.cut(bytes, Offload.GSO_TCP6, 500));
  }

  @Example
  void aThirdTagIsNoProtocolOfOurs() {
    byte[] bytes = new byte[2000];
    for (int at = 12; at < 24; at += 4) {
      bytes[at] = (byte) 0x81;
    }
    assertEquals(Segmentation.UNKNOWN, bed.cut(bytes, Offload.GSO_TCP4, 500));
  }

  @Example
  void placesOutsideTheSegmentAreRefused() {
    MemorySegment memory = Arena.ofAuto().allocate(100);
    for (long at : new long[] {Long.MIN_VALUE, -1, 51, 101, Long.MAX_VALUE}) {
      assertEquals(Segmentation.TRUNCATED, bed.cut(memory, at, 50, Offload.GSO_TCP4, 500));
    }
    for (int bytes : new int[] {Integer.MIN_VALUE, -1, 101, Integer.MAX_VALUE}) {
      assertEquals(Segmentation.TRUNCATED, bed.cut(memory, 0, bytes, Offload.GSO_TCP4, 500));
    }
  }

  @Example
  void headersThatChangeWhileTheyAreRead() throws Exception {
    LargeFrame large = new LargeFrame(0, false, true, 0, 0, LargeFrame.ACK, 400);
    MemorySegment whole = MemorySegment.ofArray(large.bytes(new Random(8)));
    // The headers and little more: a longer one that is believed late leads out of the segment.
    MemorySegment frame = Arena.ofAuto().allocate(whole.byteSize()).copyFrom(whole);
    int bytes = large.headers() + 1;
    AtomicBoolean done = new AtomicBoolean();
    Thread guest =
        new Thread(
            () -> {
              while (!done.get()) {
                frame.set(ValueLayout.JAVA_BYTE, large.ip(), (byte) 0x4F);
                frame.set(ValueLayout.JAVA_BYTE, large.transport() + 12, (byte) 0xF0);
                frame.set(ValueLayout.JAVA_BYTE, large.ip(), (byte) 0x45);
                frame.set(ValueLayout.JAVA_BYTE, large.transport() + 12, (byte) 0x50);
              }
            });
    guest.start();
    try {
      for (int i = 0; i < 50_000; i++) {
        int n = bed.segmentation.cut(frame.asSlice(0, bytes), 0, bytes, Offload.GSO_TCP4, 500);
        assertTrue(n == 1 || n == Segmentation.TRUNCATED, () -> "" + n);
        if (n == 1) {
          byte[] cut = bed.frames(1).getFirst();
          assertEquals(0x45, cut[large.ip()], "what was checked is what is sent");
          assertEquals(0x50, cut[large.transport() + 12]);
        }
      }
    } finally {
      done.set(true);
      guest.join();
    }
  }

  private static LargeFrame large(Random random, int kind) {
    boolean version6 = kind == 1 || kind == 2 && random.nextBoolean();
    return new LargeFrame(
        random.nextInt(3),
        version6,
        kind != 2,
        random.nextInt(11),
        random.nextInt(11),
        random.nextInt(256),
        random.nextInt(3000));
  }

  private static void assertRefusedOrCut(int n) {
    assertTrue(n != 0 && n >= Segmentation.NO_ROOM && n <= 12, () -> "" + n);
  }
}
