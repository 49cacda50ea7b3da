package org.vhostdp.driver.mdev.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rings against a device that does what the specification says, and against one that lies. */
final class VringTest {
  private static final int SIZE = 16;
  private static final int TOKENS = 32;
  private static final long IOVA = 0x10000;

  private Vring ring;
  private Device device;

  private void make(boolean packed) {
    Arena arena = Arena.ofAuto();
    if (packed) {
      RingMemory at =
          RingMemory.packed(SIZE, arena.allocate(RingMemory.packedBytes(SIZE), 64), IOVA);
      ring = new PackedRing(at, TOKENS);
      device = new Device.Packed(at);
    } else {
      RingMemory at = RingMemory.split(SIZE, arena.allocate(RingMemory.splitBytes(SIZE), 64), IOVA);
      ring = new SplitRing(at, TOKENS, false);
      device = new Device.Split(at);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsSeenBeforeItIsPublished(boolean packed) {
    make(packed);
    ring.add(3, 0x5000, 100, Vring.WRITE);
    ring.add(4, 0x6000, 200, 0);
    assertNull(device.next());
    assertTrue(ring.publish());
    Device.Buffer first = device.next();
    assertEquals(0x5000, first.address());
    assertEquals(100, first.length());
    assertEquals(Vring.WRITE, first.flags());
    assertEquals(0x6000, device.next().address());
    assertNull(device.next());
    assertFalse(ring.publish(), "nothing was added, so nobody is to be told");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void buffersComeBackInAnyOrderForMillionsOfThem(boolean packed) {
    make(packed);
    Random random = new Random(7);
    List<Device.Buffer> held = new ArrayList<>();
    Set<Integer> out = new HashSet<>();
    for (int i = 0; i < 200_000; i++) {
      int token = random.nextInt(TOKENS);
      int count = 1 + random.nextInt(4);
      if (!out.contains(token) && ring.free() >= count) {
        out.add(token);
        add(token, count);
        ring.publish();
      }
      for (Device.Buffer b = device.next(); b != null; b = device.next()) {
        held.add(b);
      }
      if (!held.isEmpty() && random.nextInt(3) != 0) {
        Device.Buffer b = held.remove(random.nextInt(held.size()));
        device.use(b.id(), b.descriptors(), (int) (b.address() >>> 12));
        assertTrue(ring.hasUsed());
        assertEquals(1, ring.take(0));
        assertEquals(ring.usedLength[0], ring.usedToken[0] + 1, "the length is that of its buffer");
        assertTrue(out.remove(ring.usedToken[0]), "it came back once");
      }
    }
    int descriptors = held.stream().mapToInt(Device.Buffer::descriptors).sum();
    assertEquals(SIZE - descriptors, ring.free());
  }

  /** A chain whose first descriptor's address tells its token. */
  private void add(int token, int count) {
    if (count == 1) {
      ring.add(token, token + 1L << 12, 1, 0);
      return;
    }
    for (int k = 0; k < count; k++) {
      ring.address[k] = token + 1L << 12;
      ring.length[k] = 1;
    }
    ring.addChain(token, count, count - 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theDeviceIsToldAsItWishes(boolean packed) {
    make(packed);
    device.wish(false);
    ring.add(0, IOVA, 1, 0);
    assertFalse(ring.publish());
    device.wish(true);
    ring.add(1, IOVA, 1, 0);
    assertTrue(ring.publish());
    assertFalse(device.wanted(), "nobody armed");
    ring.interrupts(true);
    assertTrue(device.wanted());
    ring.interrupts(false);
    assertFalse(device.wanted());
  }

  @Test
  void aPackedRingTellsWhenItPassesTheDescriptorThatWasNamed() {
    make(true);
    Device.Packed packed = (Device.Packed) device;
    packed.wishAt(2, true);
    ring.add(0, IOVA, 1, 0);
    ring.add(1, IOVA, 1, 0);
    assertFalse(ring.publish(), "two were added, and the third was named");
    ring.add(2, IOVA, 1, 0);
    assertTrue(ring.publish());
    ring.add(3, IOVA, 1, 0);
    assertFalse(ring.publish());
    packed.wishAt(1, false);
    for (int i = 4; i < SIZE; i++) {
      ring.add(i, IOVA, 1, 0);
    }
    assertFalse(ring.publish(), "named for the next round");
  }

  @Test
  void aSplitRingTellsWhenItPassesTheEntryThatWasNamed() {
    Arena arena = Arena.ofAuto();
    RingMemory at = RingMemory.split(SIZE, arena.allocate(RingMemory.splitBytes(SIZE), 64), IOVA);
    ring = new SplitRing(at, TOKENS, true);
    device = new Device.Split(at);
    device.word(at.deviceAt() + 4 + 8L * SIZE, 1);
    ring.add(0, IOVA, 1, 0);
    assertFalse(ring.publish());
    ring.add(1, IOVA, 1, 0);
    assertTrue(ring.publish());
    ring.interrupts(true);
    assertEquals(0, device.word(at.driverAt() + 4 + 2L * SIZE), "with the next one used");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBufferThatTheDeviceDoesNotHaveIsALie(boolean packed) {
    for (int id : new int[] {5, TOKENS, 0x7fff, 0xffff}) {
      make(packed);
      ring.add(1, IOVA, 1, 0);
      ring.publish();
      assertNotNull(device.next());
      device.use(id, 1, 0);
      assertEquals(Vring.LIE, ring.take(0), "number " + id);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBufferThatComesBackTwiceIsALie(boolean packed) {
    make(packed);
    ring.add(1, IOVA, 1, 0);
    ring.add(2, IOVA, 1, 0);
    ring.publish();
    Device.Buffer first = device.next();
    device.use(first.id(), 1, 0);
    device.use(first.id(), 1, 0);
    assertEquals(Vring.LIE, ring.take(0));
  }

  @Test
  void moreUsedEntriesThanASplitRingHasAreALie() {
    make(false);
    ((Device.Split) device).jump(SIZE + 1);
    assertEquals(Vring.LIE, ring.take(0));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whateverADeviceWritesNothingIsThrown(boolean packed) {
    Random random = new Random(11);
    for (int round = 0; round < 3000; round++) {
      make(packed);
      for (int i = 0; i < 8; i++) {
        add(i, 1 + i % 2);
      }
      ring.publish();
      for (long at = 0; at + 2 <= device.memory.byteSize(); at += 2) {
        if (random.nextInt(3) == 0) {
          device.word(at, random.nextInt(1 << 16));
        }
      }
      int end = ring.take(0);
      assertTrue(end == Vring.LIE || end <= SIZE, "took " + end);
      ring.publish();
    }
  }
}
