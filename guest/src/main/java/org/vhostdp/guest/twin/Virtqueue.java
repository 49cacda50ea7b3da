package org.vhostdp.guest.twin;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.UnixSocket;

/** One ring with its kick, call and error descriptors. One thread at a time. */
public final class Virtqueue implements AutoCloseable {
  private final int index;
  private final DriverRing ring;
  private final EventFd kick;
  private final UnixSocket[] stream;
  private final EventFd call;
  private final EventFd error;
  private final CallState state;
  private final MemorySegment scratch;
  private final Poll poll = new Poll(1);

  private Virtqueue(int index, DriverRing ring, TwinOptions.Kick kind) throws IOException {
    Arena arena = Arena.ofAuto();
    this.index = index;
    this.ring = ring;
    this.state = new CallState(arena);
    this.scratch = arena.allocate(64, 8);
    this.kick = kind == TwinOptions.Kick.EVENTFD ? EventFd.create() : null;
    this.stream = kick == null ? UnixSocket.pair() : null;
    this.call = EventFd.create();
    this.error = EventFd.create();
  }

  static Virtqueue create(int index, DriverRing ring, TwinOptions.Kick kind) throws IOException {
    Virtqueue queue = new Virtqueue(index, ring, kind);
    if (queue.stream != null) {
      Io.setNonBlocking(queue.stream[0].fd().raw(), true);
      Io.setNonBlocking(queue.stream[1].fd().raw(), true);
    }
    return queue;
  }

  /** The ring's number in messages. */
  public int index() {
    return index;
  }

  /** The driver's side of the ring. */
  public DriverRing ring() {
    return ring;
  }

  /** The descriptor for SET_VRING_KICK. */
  public Fd kickFd() {
    return kick != null ? kick.fd() : stream[1].fd();
  }

  /** The descriptor for SET_VRING_CALL: readable when the device notified. */
  public Fd callFd() {
    return call.fd();
  }

  /** The descriptor for SET_VRING_ERR. */
  public Fd errorFd() {
    return error.fd();
  }

  /** Kicks, wanted or not. */
  public void kick() {
    EventFd.signal(state, kick != null ? kick.fd().raw() : stream[0].fd().raw());
  }

  /** Publishes what was added and kicks if the device wants it. */
  public void flush() {
    ring.publish();
    if (ring.kickNeeded()) {
      kick();
    }
  }

  /**
   * Sleeps until the device has used something. Notifications are asked for only while sleeping.
   *
   * @return whether used chains lie in the ring, or a notification came
   */
  public boolean await(int timeoutMillis) throws LinuxException {
    boolean ready = ring.interrupts(true);
    if (!ready) {
      poll.set(0, call.fd().raw(), Poll.IN);
      poll.await(timeoutMillis);
      ready = poll.ready(0) != 0;
    }
    drainCall();
    ring.interrupts(false);
    return ready;
  }

  /** Empties the call descriptor. */
  public void drainCall() {
    EventFd.drain(state, call.fd().raw(), scratch);
  }

  /** Whether the device signalled an error on this ring since the last question. */
  public boolean errorSignalled() {
    return Io.read(state, error.fd().raw(), scratch, 8) == 8;
  }

  /** Whether the device notified since the last question. */
  public boolean callSignalled() {
    return Io.read(state, call.fd().raw(), scratch, 8) == 8;
  }

  @Override
  public void close() {
    call.close();
    error.close();
    if (kick != null) {
      kick.close();
    } else {
      stream[0].close();
      stream[1].close();
    }
  }
}
