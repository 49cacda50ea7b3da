package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.ring.RingBed;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/** Commands of a guest, honest and other. */
class ControlQueueTest {
  private static final byte OK = 0;
  private static final byte ERR = 1;

  private record Command(int commandClass, int command, byte[] data) {}

  private final List<Command> handled = new ArrayList<>();
  private boolean answer = true;
  private RingBed bed;
  private ControlQueue queue;

  private void open(boolean packed) throws Exception {
    long features = Features.VERSION_1 | Features.INDIRECT_DESC;
    bed = RingBed.create(Layout.ADJACENT, 64, features | (packed ? Features.RING_PACKED : 0));
    queue =
        new ControlQueue(
            bed.device(),
            (commandClass, command, data) -> {
              handled.add(new Command(commandClass, command, data));
              return answer;
            });
  }

  @AfterEach
  void close() {
    bed.assertGuards();
    bed.close();
  }

  /** Sends a command over buffers of these lengths; returns the address of the acknowledgement. */
  private long send(byte[] command, boolean indirect, int... lengths) {
    int n = lengths.length;
    long[] address = new long[n + 1];
    int[] length = Arrays.copyOf(lengths, n + 1);
    int at = 0;
    for (int i = 0; i < n; i++) {
      address[i] = bed.buffer(length[i]);
      bed.twin().write(address[i], Arrays.copyOfRange(command, at, at + length[i]));
      at += length[i];
    }
    address[n] = bed.buffer(1);
    length[n] = 1;
    bed.driver().add(address, length, n, 1, indirect);
    bed.driver().publish();
    return address[n];
  }

  private void assertAnswered(long acknowledgement, byte expected) {
    assertTrue(bed.driver().nextUsed());
    assertEquals(1, bed.driver().usedLength());
    assertEquals(expected, bed.twin().read(acknowledgement, 1)[0]);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void commandsAreAnswered(boolean packed) throws Exception {
    open(packed);
    byte[] command = {4, 0, 2, 0};
    int[][] ways = {{4}, {2, 2}, {1, 1, 1, 1}};
    for (int[] lengths : ways) {
      for (boolean indirect : new boolean[] {false, true}) {
        answer = !answer;
        long at = send(command, indirect, lengths);
        assertEquals(1, queue.poll());
        assertTrue(queue.interruptWanted());
        assertAnswered(at, answer ? OK : ERR);
        Command last = handled.removeLast();
        assertEquals(4, last.commandClass);
        assertEquals(0, last.command);
        assertArrayEquals(new byte[] {2, 0}, last.data);
      }
    }
    assertEquals(0, queue.poll());
    assertFalse(queue.interruptWanted());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void classAndCommandAreUnsigned(boolean packed) throws Exception {
    open(packed);
    send(new byte[] {(byte) 0xFE, (byte) 0xFF}, false, 2);
    assertEquals(1, queue.poll());
    assertEquals(0xFE, handled.getFirst().commandClass);
    assertEquals(0xFF, handled.getFirst().command);
    assertEquals(0, handled.getFirst().data.length);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCommandWithoutItsHeaderIsAnError(boolean packed) throws Exception {
    open(packed);
    long at = send(new byte[] {1}, false, 1);
    assertEquals(1, queue.poll());
    assertAnswered(at, ERR);
    long nothing = send(new byte[0], false);
    assertEquals(1, queue.poll());
    assertAnswered(nothing, ERR);
    assertTrue(handled.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCommandWithoutRoomForTheAnswerIsPassedOver(boolean packed) throws Exception {
    open(packed);
    bed.driver().add(bed.buffer(16), 16, false);
    bed.driver().publish();
    assertEquals(1, queue.poll());
    assertTrue(bed.driver().nextUsed());
    assertEquals(0, bed.driver().usedLength());
    assertTrue(handled.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cve2014x0150EndlessTableIsRefusedUnread(boolean packed) throws Exception {
    open(packed);
    long table = bed.buffer(30_000);
    long acknowledgement = bed.buffer(1);
    long[] address = new long[60];
    int[] length = new int[60];
    Arrays.fill(address, table);
    Arrays.fill(length, 30_000);
    address[59] = acknowledgement;
    length[59] = 1;
    bed.driver().add(address, length, 59, 1, false);
    bed.driver().publish();
    assertEquals(1, queue.poll());
    assertAnswered(acknowledgement, ERR);
    assertTrue(handled.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneTurnHasABudget(boolean packed) throws Exception {
    open(packed);
    for (int i = 0; i < 30; i++) {
      send(new byte[] {1, (byte) i}, false, 2);
    }
    assertEquals(16, queue.poll());
    assertEquals(14, queue.poll());
    assertArrayEquals(
        IntStream.range(0, 30).toArray(), handled.stream().mapToInt(c -> c.command).toArray());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 64, 0xFFFF})
  void loopOrLinkOutOfTheTableBreaksTheQueue(int next) throws Exception {
    open(false);
    long at = bed.buffer(16);
    bed.driver().add(new long[] {at, at}, new int[] {8, 8}, 1, 1, false);
    // flags = NEXT, and the link to follow
    bed.driver().descriptors().set(ValueLayout.JAVA_INT_UNALIGNED, 12, 1 | next << 16);
    bed.driver().publish();
    assertEquals(-1, queue.poll());
    assertEquals(-1, queue.poll());
    assertTrue(
        queue.ring().fault().contains("descriptor") || queue.ring().fault().contains("loop"));
    assertTrue(handled.isEmpty());
  }
}
