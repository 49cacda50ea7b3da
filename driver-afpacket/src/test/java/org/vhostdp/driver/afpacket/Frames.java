package org.vhostdp.driver.afpacket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;

/** Frames of the tests: an EtherType for experiments, a number, and a pattern. */
final class Frames {
  private static final int NUMBER = 14;

  private Frames() {}

  static byte[] of(int length, int number) {
    byte[] frame = new byte[length];
    for (int i = 0; i < length; i++) {
      frame[i] = (byte) (i * 7 + number);
    }
    byte[] head = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, (byte) 0x88, (byte) 0xB5};
    System.arraycopy(head, 0, frame, 0, head.length);
    for (int i = 0; i < 4; i++) {
      frame[NUMBER + i] = (byte) (number >>> 24 - 8 * i);
    }
    return frame;
  }

  static int number(byte[] frame) {
    int number = 0;
    for (int i = 0; i < 4; i++) {
      number = number << 8 | frame[NUMBER + i] & 0xFF;
    }
    return number;
  }

  static byte[] bytes(Port port, Burst burst, int i) {
    MemorySegment memory = port.regions().get(burst.region[i]).segment();
    return memory.asSlice(burst.offset[i], burst.length[i]).toArray(ValueLayout.JAVA_BYTE);
  }

  static void fill(Port port, Burst burst, int i, byte[] frame) {
    MemorySegment memory = port.regions().get(burst.region[i]).segment();
    MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, burst.offset[i], frame.length);
    burst.length[i] = frame.length;
  }

  /** Transmits one frame; 1 if it was accepted. */
  static int transmit(Port port, int queue, byte[] frame) {
    Burst burst = new Burst(1);
    if (port.tx(queue).claim(burst, 1) == 0) {
      return 0;
    }
    fill(port, burst, 0, frame);
    int sent = port.tx(queue).transmit(burst, 0, 1);
    port.tx(queue).unclaim(burst, sent, 1 - sent);
    return sent;
  }

  /** Receives until so many frames came or the time, ms, is over; released at once. */
  static List<byte[]> receive(Port port, int queue, int count, long millis) throws Exception {
    List<byte[]> all = new ArrayList<>();
    Burst burst = new Burst(32);
    long end = System.nanoTime() + millis * 1_000_000;
    do {
      int n = port.rx(queue).receive(burst, 32);
      for (int i = 0; i < n; i++) {
        all.add(bytes(port, burst, i));
      }
      port.rx(queue).release(burst, 0, n);
      if (n == 0) {
        Thread.sleep(0, 100_000);
      }
    } while (all.size() < count && System.nanoTime() < end);
    return all;
  }
}
