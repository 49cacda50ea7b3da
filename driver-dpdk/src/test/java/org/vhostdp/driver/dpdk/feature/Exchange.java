package org.vhostdp.driver.dpdk.feature;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;

/** Sends and receives frames of a port, whatever number of entries they take. */
final class Exchange {
  private Exchange() {}

  /** A received frame with its metadata. */
  record Received(byte[] bytes, int flags, long offload, int vlan) {
    @Override
    public String toString() {
      return "flags " + flags + ": " + HexFormat.of().formatHex(bytes);
    }
  }

  static boolean send(Port port, byte[] frame) {
    return send(port, 0, frame, 0, 0, 0);
  }

  /** Claims, fills and transmits; whether the frame was accepted. */
  static boolean send(Port port, int queue, byte[] frame, int flags, long offload, int vlan) {
    Burst burst = new Burst(64);
    int room = port.capabilities().frameRoom();
    int entries = (frame.length + room - 1) / room;
    int claimed = port.tx(queue).claim(burst, entries);
    if (claimed < entries) {
      port.tx(queue).unclaim(burst, 0, claimed);
      return false;
    }
    for (int i = 0; i < entries; i++) {
      int length = Math.min(room, frame.length - i * room);
      MemorySegment memory = port.regions().get(burst.region[i]).segment();
      MemorySegment.copy(frame, i * room, memory, ValueLayout.JAVA_BYTE, burst.offset[i], length);
      burst.length[i] = length;
      burst.flags[i] = (i == 0 ? flags : 0) | (i < entries - 1 ? Offload.MORE : 0);
    }
    burst.offload[0] = offload;
    burst.vlan[0] = vlan;
    int accepted = port.tx(queue).transmit(burst, 0, entries);
    if (accepted == 0) {
      port.tx(queue).unclaim(burst, 0, entries);
    }
    return accepted == entries;
  }

  /** The frames of a queue, so many or those of 20 seconds; frames to groups are left out. */
  static List<Received> receive(Port port, int queue, int count) throws InterruptedException {
    return receive(port, queue, count, 20_000);
  }

  static List<Received> receive(Port port, int queue, int count, long millis)
      throws InterruptedException {
    List<Received> frames = new ArrayList<>();
    Burst burst = new Burst(64);
    long end = System.nanoTime() + millis * 1_000_000;
    do {
      int n = port.rx(queue).receive(burst, 64);
      for (int i = 0; i < n; ) {
        int first = i;
        byte[] bytes = new byte[0];
        boolean more = true;
        while (more) {
          bytes = join(bytes, bytes(port, burst, i));
          more = (burst.flags[i] & Offload.MORE) != 0;
          i++;
        }
        if (bytes[0] == 2) {
          int flags = burst.flags[first] & ~Offload.MORE;
          frames.add(new Received(bytes, flags, burst.offload[first], burst.vlan[first]));
        }
      }
      port.rx(queue).release(burst, 0, n);
      if (n == 0) {
        Thread.sleep(0, 200_000);
      }
    } while (frames.size() < count && System.nanoTime() < end);
    return frames;
  }

  private static byte[] bytes(Port port, Burst burst, int i) {
    MemorySegment memory = port.regions().get(burst.region[i]).segment();
    return memory.asSlice(burst.offset[i], burst.length[i]).toArray(ValueLayout.JAVA_BYTE);
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] all = new byte[a.length + b.length];
    System.arraycopy(a, 0, all, 0, a.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }
}
