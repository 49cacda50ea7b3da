package org.vhostdp.guest.twin;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vhostdp.linux.UnixSocket;

/** A back-end on one polling thread that floods each frame to all other ports. */
final class ModelSwitch {
  private final List<ModelPort> ports = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::run, "model-switch");
  private final long offered;
  private final long protocolOffered;
  private volatile boolean closing;
  private volatile Exception failure;

  ModelSwitch(long offered, long protocolOffered) {
    this.offered = offered;
    this.protocolOffered = protocolOffered;
    thread.start();
  }

  /** Opens one more port. */
  VhostUserClient connect() throws IOException {
    UnixSocket[] pair = UnixSocket.pair();
    ports.add(new ModelPort(pair[1], offered, protocolOffered));
    return VhostUserClient.over(pair[0]);
  }

  ModelPort port(int index) {
    return ports.get(index);
  }

  Exception failure() {
    return failure;
  }

  private void run() {
    try {
      while (!closing) {
        boolean worked = false;
        for (ModelPort port : ports) {
          worked |= port.handleMessage();
          worked |= !port.ended && turn(port);
        }
        if (!worked) {
          Thread.sleep(0, 20_000);
        }
      }
    } catch (IOException | RuntimeException | InterruptedException e) {
      failure = e;
    }
  }

  private boolean turn(ModelPort port) {
    boolean worked = false;
    int control = (port.features & Feature.MQ) != 0 ? 8 : 2;
    for (var entry : port.rings().entrySet()) {
      int index = entry.getKey();
      ModelPort.Ring ring = entry.getValue();
      if (!ring.runs()) {
        continue;
      }
      if ((port.features & Feature.CTRL_VQ) != 0 && index == control) {
        worked |= command(port, ring);
      } else if (index % 2 == 1) {
        worked |= forward(port, ring);
      }
    }
    return worked;
  }

  private boolean command(ModelPort port, ModelPort.Ring ring) {
    ModelRing.Chain chain = ring.model.pop();
    if (chain == null) {
      return false;
    }
    byte[] command = port.gather(chain);
    byte[] ack = {(byte) (command[0] == ControlQueue.MQ ? 0 : 1)};
    ring.model.push(chain, port.scatter(chain, ack, 0));
    port.signal(ring);
    return true;
  }

  private boolean forward(ModelPort from, ModelPort.Ring ring) {
    if (ring.held.isEmpty()) {
      ModelRing.Chain chain = ring.model.pop();
      if (chain == null) {
        return false;
      }
      ring.held.add(chain);
    }
    byte[] data = from.gather(ring.held.getFirst());
    int headerBytes = ReceiveSide.headerBytes(from.features);
    byte[] frame = Arrays.copyOfRange(data, headerBytes, data.length);
    complete(data, frame);
    for (ModelPort to : ports) {
      if (to != from && !to.ended && to.rings().containsKey(0) && !deliver(to, frame)) {
        return false;
      }
    }
    ring.model.push(ring.held.removeFirst(), 0);
    from.signal(ring);
    return true;
  }

  private static void complete(byte[] data, byte[] frame) {
    NetHeader header = new NetHeader();
    header.read(MemorySegment.ofArray(data), 0, NetHeader.LEGACY);
    if ((header.flags & NetHeader.NEEDS_CSUM) != 0) {
      var memory = MemorySegment.ofArray(frame);
      int length = frame.length - header.csumStart;
      long sum = InternetChecksum.add(0, memory, header.csumStart, length);
      memory.set(
          Packets.U16, header.csumStart + header.csumOffset, (short) InternetChecksum.finish(sum));
    }
  }

  private static boolean deliver(ModelPort to, byte[] frame) {
    ModelPort.Ring ring = to.rings().get(0);
    if (!ring.runs()) {
      return true;
    }
    int headerBytes = ReceiveSide.headerBytes(to.features);
    byte[] data = new byte[headerBytes + frame.length];
    System.arraycopy(frame, 0, data, headerBytes, frame.length);
    boolean mergeable = (to.features & Feature.MRG_RXBUF) != 0;
    while (ring.held.stream().mapToInt(ModelRing.Chain::writableBytes).sum() < data.length) {
      if (!mergeable && !ring.held.isEmpty()) {
        throw new IllegalStateException("a frame of " + frame.length + " bytes does not fit");
      }
      ModelRing.Chain chain = ring.model.pop();
      if (chain == null) {
        return false;
      }
      ring.held.add(chain);
    }
    // What an earlier, longer frame had set aside is not needed now.
    List<ModelRing.Chain> chains = new ArrayList<>();
    for (int room = 0; room < data.length; room += chains.getLast().writableBytes()) {
      chains.add(ring.held.removeFirst());
    }
    if (headerBytes >= NetHeader.MODERN) {
      data[10] = (byte) chains.size();
    }
    publish(to, ring, chains, data);
    return true;
  }

  private static void publish(
      ModelPort to, ModelPort.Ring ring, List<ModelRing.Chain> chains, byte[] data) {
    int done = 0;
    List<Integer> written = new ArrayList<>();
    for (ModelRing.Chain chain : chains) {
      int n = to.scatter(chain, data, done);
      written.add(n);
      done += n;
    }
    ring.model.pushGroup(chains, written);
    to.signal(ring);
  }

  void stop() throws InterruptedException {
    closing = true;
    thread.join();
    ports.forEach(ModelPort::close);
  }
}
