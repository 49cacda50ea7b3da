package org.vhostdp.driver.netmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** An open, started port of a test, and frames as arrays of bytes. One thread. */
final class Ends implements AutoCloseable {
  private static final long PATIENCE_NANOS = 5_000_000_000L;
  private static final int BURST = 64;

  /** Shared by the ports of a test, as by those of a host. */
  private static final NetmapDriver DRIVER = new NetmapDriver();

  final NetmapPort port;
  final SilentHost host;
  final Burst burst = new Burst(BURST);
  private final Deque<byte[]> waiting = new ArrayDeque<>();

  private Ends(NetmapPort port, SilentHost host) {
    this.port = port;
    this.host = host;
  }

  /** Opens, with keys and values after the port's name, and starts it with all it can receive. */
  static Ends open(String name, String... pairs) throws DriverException {
    return open(PortSettings.defaults(), name, pairs);
  }

  static Ends open(PortSettings settings, String name, String... pairs) throws DriverException {
    SilentHost host = new SilentHost();
    NetmapPort port = opened(host, name, pairs);
    try {
      port.configure(settings.withRxOffloads(port.capabilities().rxOffloads()));
      port.start();
      return new Ends(port, host);
    } catch (DriverException | RuntimeException e) {
      port.close();
      throw e;
    }
  }

  static NetmapPort opened(SilentHost host, String name, String... pairs) throws DriverException {
    Map<String, String> keys = new HashMap<>(Map.of("port", name));
    for (int i = 0; i < pairs.length; i += 2) {
      keys.put(pairs[i], pairs[i + 1]);
    }
    return (NetmapPort) DRIVER.open(DRIVER.schema().check("a test", keys), host);
  }

  /** A broadcast frame of so many bytes that a seed repeats. */
  static byte[] frame(int seed, int bytes) {
    ByteBuffer frame = ByteBuffer.allocate(bytes);
    frame.put(new byte[] {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, (byte) seed});
    frame.putShort((short) 0x88B5);
    for (int i = 14; i < bytes; i++) {
      frame.put((byte) (seed * 31 + i));
    }
    return frame.array();
  }

  MemorySegment memory() {
    return port.regions().getFirst().segment();
  }

  /** Sends a frame in as many entries as it takes; whether it was accepted. */
  boolean send(byte[] frame) {
    return send(frame, 0, 0);
  }

  boolean send(byte[] frame, int flags, long packed) {
    return send(0, frame, flags, packed);
  }

  boolean send(int queue, byte[] frame, int flags, long packed) {
    TxQueue tx = port.tx(queue);
    int room = port.capabilities().frameRoom();
    int entries = (frame.length + room - 1) / room;
    if (tx.claim(burst, entries) < entries) {
      return false;
    }
    for (int i = 0; i < entries; i++) {
      int length = Math.min(room, frame.length - i * room);
      MemorySegment.copy(frame, i * room, memory(), ValueLayout.JAVA_BYTE, burst.offset[i], length);
      burst.length[i] = length;
      burst.flags[i] = i + 1 < entries ? Offload.MORE : 0;
    }
    burst.flags[0] |= flags;
    burst.offload[0] = packed;
    return tx.transmit(burst, 0, entries) == entries;
  }

  /** The next frame, or null if none comes in time. */
  byte[] receive() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (waiting.isEmpty() && System.nanoTime() < end) {
      waiting.addAll(receiveNow());
    }
    return waiting.poll();
  }

  /** The frames that are there. */
  List<byte[]> receiveNow() {
    return receiveNow(0);
  }

  List<byte[]> receiveNow(int queue) {
    RxQueue rx = port.rx(queue);
    int entries = rx.receive(burst, BURST);
    List<byte[]> frames = new ArrayList<>();
    ByteBuffer whole = ByteBuffer.allocate(1 << 17);
    for (int i = 0; i < entries; i++) {
      whole.put(memory().asSlice(burst.offset[i], burst.length[i]).toArray(ValueLayout.JAVA_BYTE));
      if ((burst.flags[i] & Offload.MORE) == 0) {
        byte[] frame = new byte[whole.flip().limit()];
        whole.get(frame).clear();
        frames.add(frame);
      }
    }
    rx.release(burst, 0, entries);
    return frames;
  }

  @Override
  public void close() {
    port.close();
  }
}
