package org.vhostdp.dataplane.frontend.vhostuser;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.vhostdp.guest.twin.RegionSpec;
import org.vhostdp.guest.twin.VhostUserClient;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Memfd;
import org.vhostdp.linux.UnixSocket;

/**
 * A front-end that means harm: it knows the messages, sends them in any order with any descriptors,
 * bends some of them, and changes or takes away the memory below them. One session follows from one
 * number alone.
 */
final class MessageFuzzer implements AutoCloseable {
  /**
   * Whether memory vanishes under rings too. The virtual machine survives that for most
   * instructions but not for all (see TruncatedMemoryTest), so it is done by command only.
   */
  private static final boolean TRUNCATE = Boolean.getBoolean("vhostdp.fuzz.truncate");

  private static final int MESSAGES = 60;
  private static final int PAGES = 64;
  private static final int PAGE = 4096;
  private static final long USER = 0x7000_0000_0000L;
  private static final Request[] REQUESTS = Request.values();

  private final Random random;
  private final VhostUserClient client;
  private final CallState state = new CallState(Arena.ofAuto());
  private final MemorySegment page = Arena.ofAuto().allocate(PAGES * PAGE, 8);
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final List<Fd> events = new ArrayList<>();
  private final Fd memory;
  private final Fd stranger;
  private final int rings;
  private int regions;
  private long messages;

  /**
   * Connects.
   *
   * @param rings indices to use, some of which may not be there
   */
  MessageFuzzer(Path socket, long seed, int rings) throws IOException {
    this.random = new Random(seed);
    this.rings = rings;
    client = VhostUserClient.connect(socket);
    memory = own(Memfd.create("fuzz", (long) PAGES * PAGE));
    stranger = own(Memfd.create("stranger", random.nextInt(3) * (long) PAGE));
    for (int i = 0; i < 4; i++) {
      EventFd event = EventFd.create();
      owned.add(event);
      events.add(event.fd());
    }
    UnixSocket[] pair = UnixSocket.pair();
    for (UnixSocket end : pair) {
      owned.add(end);
      Io.setNonBlocking(end.fd().raw(), true);
    }
    events.add(pair[random.nextInt(2)].fd());
    for (int i = 0; i < page.byteSize(); i += 4) {
      page.set(ValueLayout.JAVA_INT, i, guestWord());
    }
    Io.write(state, memory.raw(), page, page.byteSize());
  }

  private Fd own(Fd fd) {
    owned.add(fd);
    return fd;
  }

  /** Words that look like addresses, lengths and flags of descriptors now and then. */
  private int guestWord() {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> random.nextInt(PAGES * PAGE);
      case 2 -> random.nextInt(2048);
      case 3 -> random.nextInt(8) | random.nextInt(64) << 16;
      case 4 -> 1 << random.nextInt(32);
      default -> random.nextInt();
    };
  }

  /** Runs until the back-end ends the session or enough was said; messages sent. */
  long run() throws IOException {
    try {
      if (random.nextInt(8) != 0) {
        open();
      }
      for (int i = 0; i < MESSAGES; i++) {
        step();
      }
    } catch (EOFException | InterruptedIOException e) {
      return messages;
    } catch (LinuxException e) {
      // The back-end has had enough of it: EPIPE or ECONNRESET.
      return messages;
    }
    return messages;
  }

  /** The beginning that a well-behaved front-end makes, so that rings run now and then. */
  private void open() throws IOException {
    long features = client.getFeatures();
    client.setProtocolFeatures(client.getProtocolFeatures());
    // Taken as they are, answers are read later and not waited for.
    client.raw(2, flags(), Talk.u64(features & (random.nextBoolean() ? -1L : ~(1L << 34))));
    send(Request.SET_MEM_TABLE, Talk.table(1, 0, region(0, PAGES)), memory);
    for (int ring = 0; ring < 2; ring++) {
      send(Request.SET_VRING_NUM, Talk.state(ring, 1 << random.nextInt(9)));
      send(Request.SET_VRING_ADDR, address(ring));
      send(Request.SET_VRING_CALL, Talk.u64(ring), event());
      send(Request.SET_VRING_KICK, Talk.u64(ring), event());
      send(Request.SET_VRING_ENABLE, Talk.state(ring, 1));
    }
    hear();
  }

  private void step() throws IOException {
    switch (random.nextInt(12)) {
      case 0 -> kick();
      case 1 -> scribble();
      case 2 -> hear();
      case 3 -> truncate();
      default -> message();
    }
    if (random.nextInt(4) == 0) {
      hear();
    }
  }

  private void kick() {
    for (Fd event : events) {
      EventFd.signal(state, event.raw());
    }
  }

  /** Appends to what the ring stands on; the file's offset runs on, so the file grows as well. */
  private void scribble() throws IOException {
    try (Fd again = Io.open("/proc/self/fd/" + memory.raw(), 1, 0)) {
      for (int i = 0; i < 256; i++) {
        page.set(ValueLayout.JAVA_INT, 4L * random.nextInt(PAGES * PAGE / 4), guestWord());
      }
      Io.write(state, again.raw(), page, page.byteSize());
    }
  }

  private void truncate() throws IOException {
    if (TRUNCATE && random.nextInt(6) == 0) {
      Memfd.truncate(memory.raw(), random.nextInt(PAGES) * (long) PAGE);
    } else {
      Memfd.truncate(stranger.raw(), random.nextInt(4) * (long) PAGE);
    }
  }

  private void hear() throws IOException {
    while (client.rawReply(0) != null) {
      messages++;
    }
  }

  private void message() throws IOException {
    Request request = REQUESTS[random.nextInt(REQUESTS.length)];
    byte[] payload = payload(request);
    Fd[] fds = descriptors(request, payload);
    int number = request.number;
    int flags = flags();
    switch (random.nextInt(16)) {
      case 0 -> payload = Arrays.copyOf(payload, random.nextInt(300));
      case 1 -> fds = some(random.nextInt(70));
      case 2 -> number = random.nextInt(48);
      case 3 -> flip(payload);
      case 4 -> flip(payload);
      case 5 -> flags ^= 1 << random.nextInt(5);
      default -> {}
    }
    if (random.nextInt(200) == 0) {
      client.rawBytes(Talk.header(number, flags, random.nextInt(5000)), fds);
    } else {
      client.raw(number, flags, payload, fds);
    }
    messages++;
  }

  private void send(Request request, byte[] payload, Fd... fds) throws IOException {
    client.raw(request.number, flags(), payload, fds);
    messages++;
  }

  private int flags() {
    return random.nextInt(8) == 0 ? 1 : 9;
  }

  private void flip(byte[] payload) {
    if (payload.length > 0) {
      payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
    }
  }

  private int ring() {
    return random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(rings);
  }

  private byte[] payload(Request request) {
    return switch (request) {
      case SET_FEATURES -> Talk.u64(random.nextInt(4) == 0 ? random.nextLong() : 0x1_4000_8000L);
      case SET_PROTOCOL_FEATURES -> Talk.u64(Protocol.OFFERED & ~(1L << random.nextInt(64)));
      case SET_MEM_TABLE -> table();
      case ADD_MEM_REG, REM_MEM_REG -> Talk.region(anyRegion());
      case SET_VRING_NUM -> Talk.state(ring(), number(1 << random.nextInt(17)));
      case SET_VRING_ENABLE -> Talk.state(ring(), random.nextInt(3));
      case SET_VRING_BASE, GET_VRING_BASE -> Talk.state(ring(), number(0));
      case SET_VRING_ADDR -> address(ring());
      case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR ->
          Talk.u64(ring() & 0xFF | (random.nextInt(6) == 0 ? Protocol.NO_FD : 0));
      case GET_CONFIG, SET_CONFIG -> {
        int size = random.nextInt(260);
        yield Talk.config(random.nextInt(260), number(size), size);
      }
      case NET_SET_MTU -> Talk.u64(number(random.nextInt(9100)));
      case SET_STATUS -> Talk.u64(random.nextInt(256));
      default -> new byte[request.size];
    };
  }

  private int number(int sensible) {
    return random.nextInt(8) == 0 ? guestWord() : sensible;
  }

  private byte[] address(int ring) {
    return Talk.address(ring, somewhere(), somewhere(), somewhere());
  }

  private long somewhere() {
    return switch (random.nextInt(24)) {
      case 0 -> random.nextLong();
      case 1 -> USER + (long) PAGES * PAGE - random.nextInt(64);
      case 2 -> USER + random.nextInt(PAGES * PAGE);
      default -> USER + (long) PAGE * random.nextInt(PAGES);
    };
  }

  private RegionSpec region(int first, int pages) {
    long at = (long) first * PAGE;
    return new RegionSpec(at, (long) pages * PAGE, USER + at, at, memory.raw());
  }

  private RegionSpec anyRegion() {
    RegionSpec r = region(random.nextInt(PAGES), 1 + random.nextInt(8));
    return switch (random.nextInt(10)) {
      case 0 -> new RegionSpec(random.nextLong(), r.size(), r.userAddress(), 0, r.fd());
      case 1 -> new RegionSpec(r.guestPhysical(), random.nextLong(), r.userAddress(), 0, r.fd());
      case 2 -> new RegionSpec(r.guestPhysical(), r.size(), random.nextLong(), 0, r.fd());
      case 3 ->
          new RegionSpec(r.guestPhysical(), r.size(), r.userAddress(), random.nextLong(), r.fd());
      default -> r;
    };
  }

  private byte[] table() {
    if (random.nextInt(3) != 0) {
      regions = 1;
      return Talk.table(1, random.nextInt(2) * 32, region(0, PAGES));
    }
    regions = random.nextInt(10);
    RegionSpec[] all = new RegionSpec[regions];
    for (int i = 0; i < regions; i++) {
      all[i] = random.nextInt(4) == 0 ? anyRegion() : region(i * 7, 7);
    }
    return Talk.table(number(regions), 0, all);
  }

  private Fd[] descriptors(Request request, byte[] payload) {
    return switch (request) {
      case SET_MEM_TABLE -> memories(regions);
      case ADD_MEM_REG -> memories(1);
      case REM_MEM_REG -> memories(random.nextInt(2));
      case SET_BACKEND_REQ_FD -> new Fd[] {events.get(events.size() - 1)};
      case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR -> {
        long word = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getLong();
        yield (word & Protocol.NO_FD) == 0 ? new Fd[] {event()} : new Fd[0];
      }
      default -> new Fd[0];
    };
  }

  private Fd event() {
    return random.nextInt(30) == 0 ? stranger : events.get(random.nextInt(events.size()));
  }

  private Fd[] memories(int count) {
    Fd[] fds = new Fd[count];
    Arrays.setAll(fds, i -> random.nextInt(20) == 0 ? stranger : memory);
    return fds;
  }

  private Fd[] some(int count) {
    Fd[] fds = new Fd[count];
    Arrays.setAll(fds, i -> random.nextBoolean() ? memory : event());
    return fds;
  }

  @Override
  public void close() {
    client.close();
    for (AutoCloseable each : owned) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
