package org.vhostdp.guest.twin;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.UnixSocket;

/** One session of a back-end that does just what the tests of the front-end need. */
final class ModelPort implements AutoCloseable {
  private record Region(long guest, long size, long user, Mapping mapping) {}

  /** State of one ring. */
  static final class Ring {
    int size;
    int base;
    long[] address;
    boolean enabled;
    boolean started;
    Fd kick;
    Fd call;
    ModelRing model;

    /** Chains popped and not yet used. */
    final List<ModelRing.Chain> held = new ArrayList<>();

    boolean runs() {
      return started && enabled;
    }
  }

  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

  private final MessageChannel channel;
  private final long offered;
  private final long protocolOffered;
  private final List<Region> regions = new ArrayList<>();
  private final Map<Integer, Ring> rings = new TreeMap<>();
  final List<Integer> requests = new ArrayList<>();
  private final CallState state = new CallState(Arena.ofAuto());
  long features;
  int status;
  volatile boolean ended;

  ModelPort(UnixSocket socket, long offered, long protocolOffered) {
    this.channel = new MessageChannel(socket, "The front-end");
    this.offered = offered;
    this.protocolOffered = protocolOffered;
  }

  /** Handles one waiting message; false when there is none. */
  boolean handleMessage() throws IOException {
    try {
      if (ended || !channel.receive(0)) {
        return false;
      }
    } catch (EOFException e) {
      ended = true;
      return false;
    }
    requests.add(channel.request());
    int replySize = dispatch(channel.request());
    if (replySize >= 0) {
      channel.send(channel.request(), Request.VERSION | Request.REPLY, replySize);
    } else if ((channel.flags() & Request.NEED_REPLY) != 0) {
      channel.payload.set(U64, 0, 0);
      channel.send(channel.request(), Request.VERSION | Request.REPLY, 8);
    }
    return true;
  }

  private int dispatch(int request) throws IOException {
    return switch (request) {
      case Request.GET_FEATURES -> reply(offered);
      case Request.GET_PROTOCOL_FEATURES -> reply(protocolOffered);
      case Request.GET_QUEUE_NUM -> reply(4);
      case Request.GET_MAX_MEM_SLOTS -> reply(8);
      case Request.GET_STATUS -> reply(status);
      case Request.GET_CONFIG -> config();
      case Request.GET_VRING_BASE -> stopRing();
      default -> {
        set(request);
        yield -1;
      }
    };
  }

  private void set(int request) throws IOException {
    int index = channel.answer.get(U32, 0);
    switch (request) {
      case Request.SET_FEATURES -> features = channel.answer64();
      case Request.SET_STATUS -> status = (int) channel.answer64();
      case Request.SET_MEM_TABLE -> memTable(index);
      case Request.SET_VRING_NUM -> ring(index).size = channel.answer.get(U32, 4);
      case Request.SET_VRING_BASE -> ring(index).base = channel.answer.get(U32, 4);
      case Request.SET_VRING_ENABLE -> ring(index).enabled = channel.answer.get(U32, 4) == 1;
      case Request.SET_VRING_ADDR ->
          ring(index).address =
              new long[] {
                channel.answer.get(U64, 8), channel.answer.get(U64, 16), channel.answer.get(U64, 24)
              };
      case Request.SET_VRING_CALL -> {
        Ring ring = ring(index & 0xff);
        closeFd(ring.call);
        ring.call = channel.received().take(0);
      }
      case Request.SET_VRING_KICK -> {
        Ring ring = ring(index & 0xff);
        closeFd(ring.kick);
        ring.kick = channel.received().take(0);
        start(ring);
      }
      default -> {
        // SET_OWNER and the like change nothing here.
      }
    }
  }

  private static void closeFd(Fd fd) {
    if (fd != null) {
      fd.close();
    }
  }

  private int reply(long value) {
    channel.payload.set(U64, 0, value);
    return 8;
  }

  private int config() {
    int size = channel.size();
    MemorySegment.copy(channel.answer, 0, channel.payload, 0, size);
    Packets.putMac(channel.payload, 12, Packets.mac("52:54:00:aa:bb:cc"));
    channel.payload.set(Le.U16_ANY, 18, (short) 1);
    channel.payload.set(Le.U16_ANY, 20, (short) 4);
    channel.payload.set(Le.U16_ANY, 22, (short) 1500);
    return size;
  }

  private int stopRing() {
    int index = channel.answer.get(U32, 0);
    Ring ring = ring(index);
    ring.started = false;
    ring.held.clear();
    ring.model.rewind();
    channel.payload.set(U32, 0, index);
    channel.payload.set(U32, 4, ring.model.base());
    return 8;
  }

  private Ring ring(int index) {
    return rings.computeIfAbsent(index, i -> new Ring());
  }

  private void memTable(int count) throws IOException {
    unmap();
    for (int i = 0; i < count; i++) {
      long at = 8 + 32L * i;
      long size = channel.answer.get(U64, at + 8);
      try (Fd fd = channel.received().take(i)) {
        Mapping mapping =
            Mapping.shared(
                fd.raw(), channel.answer.get(U64, at + 24), size, Mapping.READ | Mapping.WRITE);
        regions.add(
            new Region(
                channel.answer.get(U64, at), size, channel.answer.get(U64, at + 16), mapping));
      }
    }
  }

  private void unmap() {
    regions.forEach(region -> region.mapping.close());
    regions.clear();
  }

  private MemorySegment guest(long address, long length) {
    for (Region region : regions) {
      long offset = address - region.guest;
      if (offset >= 0 && offset + length <= region.size) {
        return region.mapping.segment().asSlice(offset, length);
      }
    }
    throw new IllegalStateException("guest address 0x%x + %d".formatted(address, length));
  }

  private MemorySegment user(long address, long length) {
    for (Region region : regions) {
      long offset = address - region.user;
      if (offset >= 0 && offset + length <= region.size) {
        return region.mapping.segment().asSlice(offset, length);
      }
    }
    throw new IllegalStateException("user address 0x%x + %d".formatted(address, length));
  }

  private void start(Ring ring) {
    boolean packed = (features & Feature.RING_PACKED) != 0;
    ring.model =
        new ModelRing(
            features,
            ring.size,
            user(ring.address[0], 16L * ring.size),
            user(ring.address[2], packed ? 4 : 6 + 2L * ring.size),
            user(ring.address[1], packed ? 4 : 6 + 8L * ring.size),
            this::guest);
    int base = ring.base;
    ring.model.base(packed && base >>> 16 == 0 ? base | base << 16 : base);
    ring.model.kicks(false);
    ring.started = true;
    ring.held.clear();
    if ((features & Feature.PROTOCOL_FEATURES) == 0) {
      ring.enabled = true;
    }
  }

  /** All rings by index. */
  Map<Integer, Ring> rings() {
    return rings;
  }

  void signal(Ring ring) {
    if (ring.model.callNeeded()) {
      EventFd.signal(state, ring.call.raw());
    }
  }

  byte[] gather(ModelRing.Chain chain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ModelRing.Element element : chain.elements()) {
      if (!element.writable()) {
        bytes.writeBytes(guest(element.address(), element.length()).toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return bytes.toByteArray();
  }

  /** Writes bytes into a chain; how many fitted. */
  int scatter(ModelRing.Chain chain, byte[] bytes, int from) {
    int done = 0;
    for (ModelRing.Element element : chain.elements()) {
      int n = Math.min(element.length(), bytes.length - from - done);
      if (element.writable() && n > 0) {
        MemorySegment.copy(
            bytes, from + done, guest(element.address(), n), ValueLayout.JAVA_BYTE, 0, n);
        done += n;
      }
    }
    return done;
  }

  @Override
  public void close() {
    for (Ring ring : rings.values()) {
      closeFd(ring.kick);
      closeFd(ring.call);
    }
    unmap();
    channel.close();
  }
}
