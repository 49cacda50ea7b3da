package org.vhostdp.driver.mdev.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.driver.mdev.nic.Alarm;
import org.vhostdp.driver.mdev.nic.Counters;
import org.vhostdp.driver.mdev.nic.Gate;
import org.vhostdp.driver.mdev.nic.Outgoing;
import org.vhostdp.driver.mdev.nic.QueueWakeup;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;

/** Queues on a ring whose device is the test, which tells the truth or lies. */
final class QueuesTest {
  private static final int SIZE = 8;
  private static final long IOVA = 1L << 20;
  private static final int REGION = 0;

  private final Arena arena = Arena.ofAuto();
  private final Gate gate = new Gate();
  private final Counters counters = new Counters();
  private final Burst burst = new Burst(32);
  private Alarm alarm;
  private MemorySegment frames;
  private Device device;
  private VirtioRx rx;
  private VirtioTx tx;

  @BeforeEach
  void makeAlarm() throws DriverException {
    alarm = new Alarm();
    gate.open(true);
  }

  @AfterEach
  void closeAlarm() {
    alarm.close();
  }

  private QueueParts parts(Slots slots) {
    RingMemory at = RingMemory.packed(SIZE, arena.allocate(RingMemory.packedBytes(SIZE), 64), 0);
    Vring ring = new PackedRing(at, slots.count());
    device = new Device.Packed(at);
    frames = arena.allocate(slots.total(), 64);
    Doorbell doorbell = new Doorbell(0, arena.allocate(2, 2), null, 0);
    return new QueueParts(
        ring, doorbell, frames, IOVA, slots, new QueueWakeup(null, ring::interrupts));
  }

  private void receiving() {
    rx = new VirtioRx(REGION, gate, counters, alarm.bell(2), 16);
    rx.attach(parts(new Slots(2 * SIZE, 2048)), true);
    rx.fill();
  }

  /** The device writes a frame into its next buffer, and says so. */
  private void arrives(int buffers, int first, int length, int told) {
    Device.Buffer buffer = device.next();
    assertNotNull(buffer, "the device has no buffer");
    long at = buffer.address() - IOVA;
    frames.set(ValueLayout.JAVA_LONG_UNALIGNED, at, first);
    frames.set(ValueLayout.JAVA_INT_UNALIGNED, at + 8, buffers << 16);
    frames.asSlice(at + NetHeader.SIZE, length).fill((byte) length);
    device.use(buffer.id(), 1, told);
  }

  @Test
  void aFrameIsLentWhereTheDeviceWroteIt() {
    receiving();
    arrives(1, 0, 60, 72);
    arrives(1, 0, 100, 112);
    assertEquals(2, rx.receive(burst, 32));
    assertEquals(60, burst.length[0]);
    assertEquals(100, frames.get(ValueLayout.JAVA_BYTE, burst.offset[1] + 99));
    rx.release(burst, 0, 2);
    assertThrows(IllegalStateException.class, () -> rx.release(burst, 0, 1));
  }

  @Test
  void aFrameOfSeveralBuffersIsReceivedWholeOrNotAtAll() {
    receiving();
    arrives(2, 0, 2032, 2044);
    assertEquals(0, rx.receive(burst, 32), "its other half did not come yet");
    Device.Buffer buffer = device.next();
    device.use(buffer.id(), 1, 500);
    assertEquals(0, rx.receive(burst, 1), "there is no room for both");
    assertEquals(2, rx.receive(burst, 32));
    assertEquals(Offload.MORE, burst.flags[0]);
    assertEquals(2032 + 500, burst.length[0] + burst.length[1]);
    rx.release(burst, 0, 2);
    assertNull(alarm.lie());
  }

  @Test
  void lengthsThatNoBufferHasAreLies() {
    for (int told : new int[] {0, 11, 2045, Integer.MAX_VALUE, -1}) {
      alarm.reset();
      gate.open(true);
      receiving();
      arrives(1, 0, 60, told);
      assertEquals(0, rx.receive(burst, 32));
      assertNotNull(alarm.lie(), "length " + told);
      assertFalse(gate.isOpen());
      assertEquals(2, alarm.lie().queue());
    }
  }

  @Test
  void aFrameInNoBufferOrInMoreThanThereAreIsALie() {
    for (int buffers : new int[] {0, SIZE + 1, 0xffff}) {
      alarm.reset();
      gate.open(true);
      receiving();
      arrives(buffers, 0, 60, 72);
      assertEquals(0, rx.receive(burst, 32));
      assertTrue(alarm.lie().what().contains("a frame lies in"), alarm.lie().what());
    }
  }

  @Test
  void anOffloadThatWasNotAgreedToIsDropped() {
    receiving();
    arrives(1, 1, 60, 72);
    arrives(1, 0, 60, 72);
    assertEquals(1, rx.receive(burst, 32));
    assertEquals(1, counters.get(Counters.ERRORS));
    assertNull(alarm.lie());
  }

  private void sending() {
    Outgoing outgoing = new Outgoing(Offload.CSUM_PARTIAL, 9000);
    tx = new VirtioTx(REGION, gate, counters, alarm.bell(1), outgoing, 6);
    tx.attach(parts(new Slots(SIZE, 2048)));
  }

  @Test
  void aFrameIsOneDescriptorWithItsHeaderBeforeIt() {
    sending();
    assertEquals(3, tx.claim(burst, 3));
    burst.length[0] = 64;
    assertEquals(1, tx.transmit(burst, 0, 1));
    Device.Buffer sent = device.next();
    assertEquals(1, sent.descriptors());
    assertEquals(IOVA + burst.offset[0] - NetHeader.SIZE, sent.address());
    assertEquals(64 + NetHeader.SIZE, sent.length());
    tx.unclaim(burst, 1, 2);
    assertThrows(IllegalStateException.class, () -> tx.unclaim(burst, 1, 1));
  }

  @Test
  void aFrameThatBeginsFurtherOnHasItsHeaderByItself() {
    sending();
    tx.claim(burst, 1);
    burst.offset[0] += 4;
    burst.length[0] = 64;
    assertEquals(1, tx.transmit(burst, 0, 1));
    Device.Buffer sent = device.next();
    assertEquals(2, sent.descriptors());
    assertEquals(NetHeader.SIZE, sent.length());
  }

  @Test
  void aFullRingSaysSoAndTakesFramesAgainOnceSomeWereSent() {
    sending();
    for (int i = 0; i < SIZE; i++) {
      assertEquals(1, tx.claim(burst, 1));
      burst.length[0] = 64;
      assertEquals(1, tx.transmit(burst, 0, 1));
    }
    assertEquals(0, tx.claim(burst, 1));
    Device.Buffer first = device.next();
    device.use(first.id(), 1, 0);
    assertEquals(1, tx.claim(burst, 1));
  }

  @Test
  void numbersThatMakeNoSenseAreRefused() {
    sending();
    for (long offset : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 8 * 2048, 3}) {
      burst.region[0] = REGION;
      burst.offset[0] = offset;
      burst.length[0] = 64;
      burst.flags[0] = 0;
      assertEquals(0, tx.transmit(burst, 0, 1));
      assertEquals(Burst.BAD_MEMORY, burst.status[0], "offset " + offset);
    }
    tx.claim(burst, 1);
    for (int length : new int[] {-1, 0, 2033, Integer.MAX_VALUE}) {
      burst.length[0] = length;
      assertEquals(0, tx.transmit(burst, 0, 1));
      assertEquals(Burst.BAD_MEMORY, burst.status[0], "length " + length);
    }
  }

  @Test
  void aFrameThatWasNeverSentButComesBackIsALie() {
    sending();
    tx.claim(burst, 1);
    burst.length[0] = 64;
    tx.transmit(burst, 0, 1);
    device.next();
    device.use(5, 1, 0);
    tx.claim(burst, 32);
    assertNotNull(alarm.lie());
    assertFalse(gate.isOpen());
  }
}
