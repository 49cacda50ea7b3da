package org.vhostdp.bench.scale;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.guest.twin.NetQueue;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;

/**
 * Front-ends in Java, one attached to each socket, on little memory, with the rings running. They
 * do nothing unless asked to. One thread at a time.
 */
public final class Twins implements AutoCloseable {
  private static final int BURST = 64;

  /** An Ethernet type for local experiments: no stack answers it. */
  private static final short EXPERIMENT = (short) 0xb588;

  private final List<TwinDevice> devices = new ArrayList<>();
  private final List<NetQueue> queues = new ArrayList<>();
  private final int frameBytes;

  private Twins(int frameBytes) {
    this.frameBytes = frameBytes;
  }

  /**
   * Attaches one to each socket.
   *
   * @param pairs queue pairs of each
   * @param ringSize descriptors of each ring
   * @param frameBytes of the frames to send
   */
  public static Twins attach(List<Path> sockets, int pairs, int ringSize, int frameBytes)
      throws IOException {
    Twins twins = new Twins(frameBytes);
    TwinOptions options =
        TwinOptions.defaults()
            .withOrder(TwinOptions.Order.DPDK, TwinOptions.Kick.EVENTFD)
            .withPairs(pairs)
            .withRingSize(ringSize);
    try {
      for (Path socket : sockets) {
        TwinDevice device = TwinDevice.start(socket, options);
        twins.devices.add(device);
        for (int pair = 0; pair < pairs; pair++) {
          twins.queues.add(device.net().pair(pair));
        }
      }
      twins.preload();
      return twins;
    } catch (IOException | RuntimeException e) {
      twins.close();
      throw e;
    }
  }

  private void preload() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment frame = arena.allocate(frameBytes);
      frame.asSlice(0, 6).fill((byte) 0xff);
      frame.set(ValueLayout.JAVA_BYTE, 6, (byte) 2);
      frame.set(ValueLayout.JAVA_SHORT_UNALIGNED, 12, EXPERIMENT);
      queues.forEach(queue -> queue.preload(frame, frameBytes, null));
    }
  }

  /** Sends a burst on each queue that has room; frames sent. */
  public long send() {
    long sent = 0;
    for (NetQueue queue : queues) {
      sent += queue.repeat(frameBytes, BURST);
    }
    return sent;
  }

  /** Takes a burst from each queue and drops it; frames taken. */
  public long take() {
    long taken = 0;
    for (NetQueue queue : queues) {
      taken += queue.discard(BURST);
      queue.flush();
    }
    return taken;
  }

  /** How many are attached. */
  public int count() {
    return devices.size();
  }

  @Override
  public void close() {
    devices.forEach(TwinDevice::close);
    devices.clear();
    queues.clear();
  }
}
