package org.vhostdp.tck.stock;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Wakeup;
import org.vhostdp.tck.harness.WireFrame;

/** Receives what a packet socket gives, copied into places that are lent in turn. */
final class PacketRx implements RxQueue {
  private final PacketPort port;
  private final Statistics counters;
  private int first;
  private int lent;

  PacketRx(PacketPort port, Statistics counters) {
    this.port = port;
    this.counters = counters;
  }

  void start() {
    first = 0;
    lent = 0;
  }

  @Override
  public int receive(Burst frames, int max) {
    PacketSocket socket = port.socket();
    int count = 0;
    while (socket != null && count < max && lent < PacketPort.PLACES) {
      PacketSocket.Received received = next(socket);
      if (received == null) {
        break;
      }
      WireFrame frame = allowed(VnetMetadata.frame(received));
      if (frame == null) {
        synchronized (counters) {
          counters.rxDropped++;
        }
        continue;
      }
      lend(frames, count++, frame);
    }
    return count;
  }

  private static PacketSocket.Received next(PacketSocket socket) {
    try {
      return socket.receive();
    } catch (LinuxException e) {
      // The link went down: told once, by the port's events too.
      return null;
    }
  }

  private void lend(Burst frames, int i, WireFrame frame) {
    byte[] bytes = frame.bytes();
    int place = (first + lent++) % PacketPort.PLACES;
    MemorySegment memory = port.memory(0);
    frames.region[i] = 0;
    frames.offset[i] = (long) place * PacketPort.PLACE;
    frames.length[i] = bytes.length;
    frames.flags[i] = frame.flags();
    frames.offload[i] = frame.offload();
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, frames.offset[i], frames.length[i]);
    synchronized (counters) {
      counters.rxFrames++;
      counters.rxBytes += bytes.length;
    }
  }

  /** The frame as the settings allow it; null if it cannot be made so. */
  private WireFrame allowed(WireFrame frame) {
    int beyond = frame.flags() & ~port.settings().rxOffloads();
    if ((beyond & Offload.GSO_ANY) != 0) {
      return null;
    }
    byte[] bytes = frame.bytes();
    if ((beyond & Offload.CSUM_PARTIAL) != 0) {
      complete(bytes, frame.offload());
    }
    return new WireFrame(bytes, frame.flags() & ~beyond, frame.offload(), 0);
  }

  private static void complete(byte[] bytes, long numbers) {
    int start = Offload.csumStart(numbers);
    long sum = 0;
    for (int i = start; i < bytes.length; i += 2) {
      int low = i + 1 < bytes.length ? bytes[i + 1] & 0xFF : 0;
      sum += (bytes[i] & 0xFF) << 8 | low;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    int value = (int) ~sum & 0xFFFF;
    short field = (short) (value == 0 ? 0xFFFF : value);
    ByteBuffer.wrap(bytes).putShort(start + Offload.csumOffset(numbers), field);
  }

  @Override
  public void release(Burst frames, int from, int count) {
    if (count > lent) {
      throw new IllegalStateException("so many frames are not lent");
    }
    first = (first + count) % PacketPort.PLACES;
    lent -= count;
  }

  @Override
  public Wakeup wakeup() {
    return new PacketWakeup(() -> port.socket().fd().raw());
  }
}
