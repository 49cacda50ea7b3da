package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.vhostdp.dataplane.offload.Toeplitz;

/** Whatever a frame is, the classifier says what a slow one says, and looks at nothing else. */
class FlowClassifierPropertiesTest {
  private static final int[] EXTENSIONS = {0, 43, 44, 51, 60, 59, 50};

  @Property(tries = 4000)
  void wellFormedAndBrokenFrames(
      @ForAll long seed,
      @ForAll @IntRange(max = 511) int types,
      @ForAll @Size(max = 40) byte[] key,
      @ForAll @IntRange(max = 3) int damage) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] frame = frame(random);
    for (int i = 0; i < damage; i++) {
      frame[random.nextInt(frame.length)] = (byte) random.nextInt();
    }
    int cut = random.nextInt(3) == 0 ? random.nextInt(frame.length + 1) : frame.length;
    assertAgree(Arrays.copyOf(frame, cut), types, key);
  }

  @Property(tries = 500)
  void noise(@ForAll byte[] frame, @ForAll @IntRange(max = 511) int types) {
    assertAgree(frame, types, FlowClassifierTest.KEY);
  }

  private static void assertAgree(byte[] frame, int types, byte[] key) {
    int before = 5;
    // The segment ends where the frame ends: a look beyond it would throw.
    MemorySegment memory = Arena.ofAuto().allocate(before + frame.length);
    MemorySegment.copy(MemorySegment.ofArray(frame), 0, memory, before, frame.length);
    FlowClassifier classifier = new FlowClassifier();
    classifier.read(memory, before, frame.length);
    int type = classifier.scale(types, new Toeplitz(key));
    assertEquals(SlowFlow.of(frame, types, key), new SlowFlow.Answer(type, classifier.hash()));
    classifier.symmetric();
    classifier.port(true);
  }

  private static byte[] bytes(SplittableRandom random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] frame(SplittableRandom random) {
    int protocol = new int[] {6, 17, 1, 58}[random.nextInt(4)];
    int[] tags = random.ints(random.nextInt(4), 0, 2).map(i -> i == 0 ? 0x8100 : 0x88A8).toArray();
    byte[] transport = bytes(random, random.nextInt(30));
    if (random.nextBoolean()) {
      int fragment = random.nextInt(4) == 0 ? random.nextInt(65536) : 0;
      byte[] ip =
          Packets.ipv4(
              protocol,
              bytes(random, 4),
              bytes(random, 4),
              fragment,
              4 * random.nextInt(11),
              transport);
      return Packets.ethernet(0x0800, ip, tags);
    }
    int next = protocol;
    byte[] payload = transport;
    int count = random.nextInt(10) == 0 ? 18 : random.nextInt(4);
    for (int i = 0; i < count; i++) {
      int kind = EXTENSIONS[random.nextInt(EXTENSIONS.length)];
      int units = 1 + random.nextInt(4);
      payload = Packets.extension(next, units, data(random, units), payload);
      next = kind;
    }
    return Packets.ethernet(
        0x86DD, Packets.ipv6(next, bytes(random, 16), bytes(random, 16), payload), tags);
  }

  /** What may make sense as a route or as options. */
  private static byte[] data(SplittableRandom random, int units) {
    byte[] data = bytes(random, 8 * units - 2);
    if (random.nextBoolean()) {
      data[0] = 2;
    } else if (random.nextBoolean() && units >= 3) {
      int pad = random.nextInt(3);
      Arrays.fill(data, 0, pad, (byte) 0);
      data[pad] = (byte) 0xC9;
      data[pad + 1] = 16;
    }
    return data;
  }
}
