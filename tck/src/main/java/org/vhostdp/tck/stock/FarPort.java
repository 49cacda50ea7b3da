package org.vhostdp.tck.stock;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.WireFrame;

/** The far port of a pair, open and started. One thread. */
final class FarPort implements AutoCloseable {
  private static final int ADDRESSES = 12;
  private static final int TAG = 4;
  private static final short TAGGED = (short) 0x8100;
  private static final int BURST = 64;

  private final Port port;
  private final int queues;

  /** Offloads that a frame of this port's may use; what it lacks is done here. */
  private final int offloads;

  private final int room;
  private final int most;
  private final Burst burst = new Burst(BURST);
  private int nextQueue;

  private FarPort(Port port, int queues) {
    this.port = port;
    this.queues = queues;
    offloads = port.capabilities().txOffloads();
    room = port.capabilities().frameRoom();
    most = Math.min(port.capabilities().maxSegments(), BURST);
  }

  /** Opens and starts it with all the receive offloads that it has. */
  static FarPort open(Driver driver, Map<String, String> config, Harness.Request request)
      throws DriverException {
    Port made = driver.open(driver.schema().check("the far end", config), new PeerHost());
    try {
      made.configure(
          PortSettings.defaults()
              .withQueuePairs(request.queuePairs())
              .withMtu(request.mtu())
              .withRxOffloads(made.capabilities().rxOffloads()));
      made.start();
      return new FarPort(made, request.queuePairs());
    } catch (DriverException | RuntimeException failed) {
      made.close();
      throw failed;
    }
  }

  int offloads() {
    return offloads;
  }

  /** Whether the link is up; some come up only while somebody asks. */
  boolean connected() {
    port.events().next();
    return port.events().linkUp();
  }

  /**
   * Sends a frame, on one queue after the other.
   *
   * @return false if there was no room, or it is too long
   */
  boolean send(WireFrame wanted) {
    boolean tags = wanted.flags() == Offload.VLAN && (offloads & Offload.VLAN) == 0;
    WireFrame frame = tags ? tagged(wanted) : wanted;
    int entries = (frame.bytes().length + room - 1) / room;
    TxQueue tx = port.tx(nextQueue++ % queues);
    if (entries > most || frame.bytes().length > port.capabilities().maxFrame()) {
      return false;
    }
    int claimed = tx.claim(burst, entries);
    boolean sent = claimed == entries && transmit(tx, frame, entries);
    if (!sent && claimed > 0) {
      tx.unclaim(burst, 0, claimed);
    }
    return sent;
  }

  private boolean transmit(TxQueue tx, WireFrame frame, int entries) {
    fill(frame, entries);
    return tx.transmit(burst, 0, entries) == entries;
  }

  /** Writes a frame into claimed entries, the first ones full. */
  private void fill(WireFrame frame, int entries) {
    byte[] bytes = frame.bytes();
    for (int i = 0; i < entries; i++) {
      int from = i * room;
      int length = Math.min(room, bytes.length - from);
      MemorySegment memory = port.regions().get(burst.region[i]).segment();
      MemorySegment.copy(bytes, from, memory, ValueLayout.JAVA_BYTE, burst.offset[i], length);
      burst.length[i] = length;
      burst.flags[i] = i == entries - 1 ? 0 : Offload.MORE;
    }
    burst.flags[0] |= frame.flags();
    burst.offload[0] = frame.offload();
    burst.vlan[0] = frame.vlan();
  }

  /** The same frame with its tag among the bytes. */
  private static WireFrame tagged(WireFrame frame) {
    byte[] bytes = frame.bytes();
    ByteBuffer all = ByteBuffer.allocate(bytes.length + TAG);
    all.put(bytes, 0, ADDRESSES).putShort(TAGGED).putShort((short) frame.vlan());
    all.put(bytes, ADDRESSES, bytes.length - ADDRESSES);
    return WireFrame.plain(all.array());
  }

  /** Adds what arrived on any queue. */
  void collect(Collection<WireFrame> seen) {
    for (int queue = 0; queue < queues; queue++) {
      int entries = port.rx(queue).receive(burst, burst.capacity());
      byte[] bytes = new byte[0];
      int head = 0;
      for (int i = 0; i < entries; i++) {
        byte[] part =
            port.regions()
                .get(burst.region[i])
                .segment()
                .asSlice(burst.offset[i], burst.length[i])
                .toArray(ValueLayout.JAVA_BYTE);
        int before = i == head ? 0 : bytes.length;
        bytes = Arrays.copyOf(i == head ? part : bytes, before + part.length);
        System.arraycopy(part, 0, bytes, before, part.length);
        if ((burst.flags[i] & Offload.MORE) == 0) {
          seen.add(WireFrame.of(bytes, burst, head));
          head = i + 1;
        }
      }
      port.rx(queue).release(burst, 0, entries);
    }
  }

  @Override
  public void close() {
    port.close();
  }
}
