package org.vhostdp.guest.twin;

import java.io.IOException;
import java.util.List;

/** One front-end session: the sequences of messages that known front-ends send. */
final class Session implements AutoCloseable {
  private static final int ACKNOWLEDGE = 1;
  private static final int DRIVER = 2;
  private static final int DRIVER_OK = 4;
  private static final int FEATURES_OK = 8;

  private final VhostUserClient client;
  private final TwinOptions options;
  private long features;
  private long protocol;
  private NetConfig config = NetConfig.NONE;
  private BackendChannel backend;

  Session(VhostUserClient client, TwinOptions options) {
    this.client = client;
    this.options = options;
  }

  /** From the connection to the point where a guest may boot. */
  void attach() throws IOException {
    if (options.order() == TwinOptions.Order.DPDK) {
      client.setOwner();
    }
    features = client.getFeatures() & options.features();
    if (has(Feature.PROTOCOL_FEATURES)) {
      negotiateProtocol();
    }
    if (options.order() == TwinOptions.Order.QEMU) {
      client.setOwner();
      features &= client.getFeatures();
    }
    if (options.pairs() > 1 && !has(Feature.MQ)) {
      throw new IOException(
          "The back-end does not offer MQ, but %d queue pairs are wanted."
              .formatted(options.pairs()));
    }
  }

  private void negotiateProtocol() throws IOException {
    protocol = client.getProtocolFeatures() & options.protocolFeatures();
    client.setProtocolFeatures(protocol);
    if (speaks(ProtocolFeature.MQ)) {
      int pairs = client.getQueueNum();
      if (pairs < options.pairs()) {
        throw new IOException(
            "The back-end has %d queue pairs, but %d are wanted."
                .formatted(pairs, options.pairs()));
      }
      config = new NetConfig(0, config.status(), pairs, 0);
    } else if (options.pairs() > 1) {
      throw new IOException("The back-end does not offer protocol feature MQ.");
    }
    if (speaks(ProtocolFeature.CONFIGURE_MEM_SLOTS) && options.order() == TwinOptions.Order.QEMU) {
      client.getMaxMemSlots();
    }
    if (speaks(ProtocolFeature.BACKEND_REQ)) {
      backend = new BackendChannel();
      client.setBackendReqFd(backend.theirs());
      backend.sent();
    }
    if (speaks(ProtocolFeature.CONFIG)) {
      config = NetConfig.of(client.getConfig(0, NetConfig.BYTES));
    }
  }

  /** From DRIVER_OK to running rings; the rings hold their first buffers already. */
  void startRings(TwinMemory memory, List<Virtqueue> queues, int[] bases, boolean again)
      throws IOException {
    if (options.order() == TwinOptions.Order.QEMU) {
      startLikeQemu(memory, queues, bases);
    } else {
      startLikeDpdk(memory, queues, bases, again);
    }
  }

  private void startLikeQemu(TwinMemory memory, List<Virtqueue> queues, int[] bases)
      throws IOException {
    for (Virtqueue queue : queues) {
      client.setVringCall(queue.index(), queue.callFd());
    }
    boolean first = true;
    for (int i = 0; i < queues.size(); i += 2) {
      List<Virtqueue> pair = queues.subList(i, Math.min(i + 2, queues.size()));
      if (has(Feature.PROTOCOL_FEATURES)) {
        for (Virtqueue queue : pair) {
          client.setVringEnable(queue.index(), true);
        }
      }
      client.setFeatures(features);
      if (first) {
        client.setMemTable(memory.regions());
        first = false;
      }
      for (int j = 0; j < pair.size(); j++) {
        // The guest's kicks lie in the descriptor before the back-end gets it.
        pair.get(j).kick();
        startRing(memory, pair.get(j), bases[i + j]);
        client.setVringCall(pair.get(j).index(), pair.get(j).callFd());
      }
    }
    if (speaks(ProtocolFeature.STATUS)) {
      client.setStatus(client.getStatus() | FEATURES_OK);
      client.setStatus(client.getStatus() | ACKNOWLEDGE | DRIVER | DRIVER_OK);
    }
  }

  private void startLikeDpdk(TwinMemory memory, List<Virtqueue> queues, int[] bases, boolean again)
      throws IOException {
    status(0);
    status(ACKNOWLEDGE);
    status(ACKNOWLEDGE | DRIVER);
    for (Virtqueue queue : queues) {
      client.setVringCall(queue.index(), queue.callFd());
    }
    client.setFeatures(features);
    status(ACKNOWLEDGE | DRIVER | FEATURES_OK);
    client.setMemTable(memory.regions());
    for (int i = 0; i < queues.size(); i++) {
      // virtio-user knows the available half of a packed base only.
      boolean half = has(Feature.RING_PACKED) && !again;
      startRing(memory, queues.get(i), half ? bases[i] & 0xffff : bases[i]);
    }
    if (has(Feature.PROTOCOL_FEATURES)) {
      for (Virtqueue queue : queues) {
        client.setVringEnable(queue.index(), true);
      }
    }
    status(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    queues.forEach(Virtqueue::kick);
  }

  private void startRing(TwinMemory memory, Virtqueue queue, int base) throws IOException {
    DriverRing ring = queue.ring();
    client.setVringNum(queue.index(), ring.size());
    client.setVringBase(queue.index(), base);
    client.setVringAddr(
        queue.index(),
        0,
        memory.userAddress(ring.descriptorAddress()),
        memory.userAddress(ring.deviceAddress()),
        memory.userAddress(ring.driverAddress()),
        0);
    client.setVringErr(queue.index(), queue.errorFd());
    client.setVringKick(queue.index(), queue.kickFd());
  }

  /** Stops the rings; their bases, in the order of {@code queues}. */
  int[] stopRings(List<Virtqueue> queues) throws IOException {
    if (options.order() == TwinOptions.Order.DPDK && has(Feature.PROTOCOL_FEATURES)) {
      for (Virtqueue queue : queues) {
        client.setVringEnable(queue.index(), false);
      }
    }
    int[] bases = new int[queues.size()];
    for (int i = 0; i < bases.length; i++) {
      // QEMU 7.2 resets the status before it stops the last pair.
      if (options.order() == TwinOptions.Order.QEMU && i == (bases.length - 1) / 2 * 2) {
        status(0);
      }
      bases[i] = client.getVringBase(queues.get(i).index());
    }
    return bases;
  }

  private void status(int value) throws IOException {
    if (speaks(ProtocolFeature.STATUS)) {
      client.setStatus(value);
    }
  }

  private boolean has(long feature) {
    return (features & feature) != 0;
  }

  private boolean speaks(long feature) {
    return (protocol & feature) != 0;
  }

  VhostUserClient client() {
    return client;
  }

  long features() {
    return features;
  }

  NetConfig config() {
    return config;
  }

  BackendChannel backendChannel() {
    return backend;
  }

  @Override
  public void close() {
    if (backend != null) {
      backend.close();
    }
    client.close();
  }
}
