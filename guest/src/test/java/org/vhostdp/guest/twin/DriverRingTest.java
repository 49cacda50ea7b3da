package org.vhostdp.guest.twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DriverRingTest {
  private static final long PACKED = Feature.RING_PACKED;
  private TwinMemory memory;

  @BeforeEach
  void makeMemory() throws IOException {
    memory = TwinMemory.create(TwinMemory.Layout.ADJACENT, 4 << 20, 2);
  }

  @AfterEach
  void closeMemory() {
    memory.close();
  }

  static Stream<Arguments> shapes() {
    List<Arguments> shapes = new ArrayList<>();
    for (long format : new long[] {0, PACKED}) {
      for (long event : new long[] {0, Feature.EVENT_IDX}) {
        for (long order : new long[] {0, Feature.IN_ORDER}) {
          for (int size : new int[] {1, 2, 4, 16, 128}) {
            shapes.add(Arguments.of(format | event | order, size));
          }
          if (format != 0) {
            shapes.add(Arguments.of(format | event | order, 7));
            shapes.add(Arguments.of(format | event | order, 100));
          }
        }
      }
    }
    return shapes.stream();
  }

  /** More than 2^16 for split rings, so that every 16-bit index wraps. */
  private static int turns(long features) {
    return (features & PACKED) == 0 ? 66_000 : 8_000;
  }

  /** What a chain looked like when added, by token. */
  private record Sent(long[] address, int[] length, int out, int in) {
    List<ModelRing.Element> elements() {
      List<ModelRing.Element> list = new ArrayList<>();
      for (int i = 0; i < out + in; i++) {
        list.add(new ModelRing.Element(address[i], length[i], i >= out));
      }
      return list;
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyChainArrivesAsAddedAndComesBackOnce(long features, int size) {
    Random random = new Random(features * 31 + size);
    DriverRing ring = DriverRing.create(memory, size, features);
    ModelRing model = ModelRing.of(ring, memory, features);
    boolean inOrder = (features & Feature.IN_ORDER) != 0;
    Map<Integer, Sent> out = new HashMap<>();
    List<ModelRing.Chain> held = new ArrayList<>();
    Map<Integer, Integer> written = new HashMap<>();
    long returned = 0;
    while (returned < turns(features)) {
      for (int i = random.nextInt(4); i > 0; i--) {
        Sent chain = randomChain(random, Math.min(size, 5));
        int token =
            ring.add(chain.address, chain.length, chain.out, chain.in, random.nextInt(4) == 0);
        if (token >= 0) {
          assertNull(out.put(token, chain), "token given out twice");
        }
      }
      ring.publish();
      for (ModelRing.Chain chain = model.pop(); chain != null; chain = model.pop()) {
        assertEquals(out.get(chain.id()).elements(), chain.elements());
        held.add(chain);
      }
      assertEquals(out.size(), held.size());
      giveBack(random, model, held, written, inOrder);
      while (ring.nextUsed()) {
        returned++;
        int token = ring.usedToken();
        out.remove(token);
        assertEquals(written.remove(token), ring.usedLength());
      }
      assertEquals(out.size(), ring.inFlight());
      assertTrue(written.isEmpty());
    }
  }

  private static void giveBack(
      Random random,
      ModelRing model,
      List<ModelRing.Chain> held,
      Map<Integer, Integer> written,
      boolean inOrder) {
    int n = held.isEmpty() ? 0 : random.nextInt(held.size() + 1);
    if (inOrder && n > 0 && random.nextBoolean()) {
      List<ModelRing.Chain> batch = new ArrayList<>(held.subList(0, n));
      held.subList(0, n).clear();
      batch.forEach(chain -> written.put(chain.id(), chain.writableBytes()));
      model.pushBatch(batch, batch.getLast().writableBytes());
      return;
    }
    for (int i = 0; i < n; i++) {
      ModelRing.Chain chain = held.remove(inOrder ? 0 : random.nextInt(held.size()));
      int length = random.nextInt(chain.writableBytes() + 1);
      written.put(chain.id(), length);
      model.push(chain, length);
    }
  }

  private static Sent randomChain(Random random, int max) {
    int n = 1 + random.nextInt(max);
    long[] address = random.longs(n).toArray();
    int[] length = random.ints(n, 1, 4096).toArray();
    int in = random.nextInt(n + 1);
    return new Sent(address, length, n - in, in);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aSleepingDeviceIsKickedExactlyOnceAndASpinningOneNever(long features, int size) {
    DriverRing ring = DriverRing.create(memory, size, features);
    ModelRing model = ModelRing.of(ring, memory, features);
    Random random = new Random(size);
    for (int turn = 0; turn < turns(features); turn++) {
      boolean asleep = random.nextBoolean();
      model.kicks(asleep);
      ring.add(4096, 64, false);
      ring.publish();
      assertEquals(asleep, ring.kickNeeded());
      assertFalse(ring.kickNeeded(), "nothing new was published");
      model.push(model.pop(), 0);
      assertTrue(ring.nextUsed());
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void notificationsComeWhenAskedForAndOnlyThen(long features, int size) {
    DriverRing ring = DriverRing.create(memory, size, features);
    ModelRing model = ModelRing.of(ring, memory, features);
    Random random = new Random(size);
    for (int turn = 0; turn < turns(features); turn++) {
      boolean wanted = random.nextBoolean();
      assertFalse(ring.interrupts(wanted));
      ring.add(4096, 64, true);
      ring.publish();
      model.push(model.pop(), 1);
      assertEquals(wanted, model.callNeeded());
      assertTrue(ring.interrupts(false), "a used chain lies there");
      assertTrue(ring.nextUsed());
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void anEventAfterSeveralChainsComesWithTheLastOfThem(long features, int size) {
    DriverRing ring = DriverRing.create(memory, size, features);
    ModelRing model = ModelRing.of(ring, memory, features);
    if ((features & Feature.EVENT_IDX) == 0) {
      assertThrows(IllegalStateException.class, () -> ring.interruptAfter(1));
      return;
    }
    for (int turn = 0; turn < 1000; turn++) {
      int chains = Math.min(size, 1 + turn % 5);
      for (int i = 0; i < chains; i++) {
        ring.add(4096, 64, true);
      }
      ring.publish();
      ring.interruptAfter(chains);
      for (int i = 1; i <= chains; i++) {
        model.push(model.pop(), 1);
        assertEquals(i == chains, model.callNeeded());
        assertTrue(ring.nextUsed());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aFullRingTakesNoMoreUntilAChainIsBack(long features, int size) {
    DriverRing ring = DriverRing.create(memory, size, features);
    ModelRing model = ModelRing.of(ring, memory, features);
    for (int i = 0; i < size; i++) {
      assertTrue(ring.add(4096, 64, false) >= 0);
    }
    assertEquals(-1, ring.add(4096, 64, false));
    assertEquals(0, ring.free());
    ring.publish();
    model.push(model.pop(), 0);
    assertTrue(ring.nextUsed());
    assertEquals(1, ring.free());
    assertTrue(ring.add(4096, 64, false) >= 0);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theBaseForANewDeviceCountsWhatTheDriverHasNotYetTaken(long features, int size) {
    DriverRing ring = DriverRing.create(memory, size, features);
    ModelRing model = ModelRing.of(ring, memory, features);
    assertEquals(model.base(), ring.base());
    Random random = new Random(size);
    for (int turn = 0; turn < 3000; turn++) {
      while (ring.add(4096, 64, false) >= 0 && random.nextInt(3) > 0) {
        ring.publish();
      }
      ring.publish();
      for (ModelRing.Chain chain = model.pop(); chain != null; chain = model.pop()) {
        model.push(chain, 0);
      }
      assertEquals(model.base(), ring.base());
      for (int i = random.nextInt(size + 1); i > 0 && ring.nextUsed(); i--) {
        assertEquals(model.base(), ring.base());
      }
    }
  }

  @Test
  void eventIndexArithmeticIsTheSpecificationsForEveryDistance() {
    for (int old : new int[] {0, 1, 0x7fff, 0xfff0, 0xffff}) {
      for (int step = 0; step < 40; step++) {
        for (int away = -45; away < 45; away++) {
          int event = old + away & 0xffff;
          boolean crossed = away >= 0 && away < step;
          assertEquals(
              crossed, SplitDriverRing.passed(event, old + step & 0xffff, old), "event " + event);
        }
      }
    }
  }

  @Test
  void aUsedIdThatIsNotInFlightIsAViolation() {
    for (long format : new long[] {0, PACKED}) {
      DriverRing ring = DriverRing.create(memory, 8, format);
      ModelRing model = ModelRing.of(ring, memory, format);
      ring.add(4096, 64, true);
      ring.publish();
      ModelRing.Chain chain = model.pop();
      model.push(new ModelRing.Chain(chain.id() ^ 1, 1, chain.elements()), 1);
      assertThrows(DeviceViolation.class, ring::nextUsed);
    }
  }

  @Test
  void aUsedIdBeyondTheRingIsAViolation() {
    for (long format : new long[] {0, PACKED}) {
      DriverRing ring = DriverRing.create(memory, 8, format);
      ModelRing model = ModelRing.of(ring, memory, format);
      ring.add(4096, 64, true);
      ring.publish();
      model.push(new ModelRing.Chain(0xffff, 1, model.pop().elements()), 1);
      assertThrows(DeviceViolation.class, ring::nextUsed);
    }
  }

  @Test
  void aUsedLengthBeyondTheBufferIsAViolation() {
    for (long format : new long[] {0, PACKED}) {
      DriverRing ring = DriverRing.create(memory, 8, format);
      ModelRing model = ModelRing.of(ring, memory, format);
      ring.add(4096, 64, true);
      ring.publish();
      model.push(model.pop(), 65);
      assertThrows(DeviceViolation.class, ring::nextUsed);
    }
  }

  @Test
  void aUsedIndexAheadOfWhatIsInFlightIsAViolation() {
    DriverRing ring = DriverRing.create(memory, 8, 0);
    ring.add(4096, 64, true);
    ring.publish();
    Le.release16(ring.deviceArea(), 2, 2);
    assertThrows(DeviceViolation.class, ring::nextUsed);
  }

  @Test
  void chainsAreInvisibleUntilPublished() {
    for (long format : new long[] {0, PACKED}) {
      DriverRing ring = DriverRing.create(memory, 8, format);
      ModelRing model = ModelRing.of(ring, memory, format);
      ring.add(4096, 64, true);
      ring.add(8192, 64, true);
      assertNull(model.pop());
      ring.publish();
      assertEquals(4096, model.pop().elements().getFirst().address());
      assertEquals(8192, model.pop().elements().getFirst().address());
      assertNull(model.pop());
    }
  }

  @Test
  void splitSizesMustBePowersOfTwo() {
    assertThrows(IllegalArgumentException.class, () -> DriverRing.create(memory, 12, 0));
    assertEquals(12, DriverRing.create(memory, 12, PACKED).size());
  }
}
