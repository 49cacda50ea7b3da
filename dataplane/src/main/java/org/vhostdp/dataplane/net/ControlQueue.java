package org.vhostdp.dataplane.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.vhostdp.dataplane.ring.Chains;
import org.vhostdp.dataplane.ring.DeviceRing;

/**
 * The control queue (virtio 1.3, 5.1.6.5): commands of the guest, each answered with an
 * acknowledgement. Run by the port's control thread; a command is bounded in size and the turn in
 * number.
 */
public final class ControlQueue {
  /** Carries out a command. */
  public interface Handler {
    /**
     * @param commandClass class of the command
     * @param command number in the class
     * @param data the command's bytes, a private copy
     * @return whether it was carried out
     */
    boolean handle(int commandClass, int command, byte[] data);
  }

  /** Most bytes of a command: a MAC table of some thousand entries. */
  private static final int MOST = 64 * 1024;

  private static final int TURN = 16;
  private static final byte OK = 0;
  private static final byte ERR = 1;

  private final DeviceRing ring;
  private final Chains chains;
  private final Handler handler;

  public ControlQueue(DeviceRing ring, Handler handler) {
    this.ring = ring;
    this.handler = handler;
    this.chains = new Chains(Math.min(TURN, ring.size()), ring.size());
  }

  public DeviceRing ring() {
    return ring;
  }

  /**
   * Carries out what is there.
   *
   * @return commands answered; -1 if the ring is broken
   */
  public int poll() {
    int n = ring.collect(chains, chains.capacity());
    chains.unfold();
    for (int i = 0; i < n; i++) {
      chains.written[i] = answer(i);
    }
    if (n > 0) {
      ring.complete(chains, 0, n);
      ring.flush();
    }
    return n;
  }

  /** Whether the guest wants to be told of the answers; asked once after each poll. */
  public boolean interruptWanted() {
    return ring.interruptWanted();
  }

  private int answer(int i) {
    int last = chains.first[i + 1] - 1;
    if (chains.writable[i] > last) {
      return 0;
    }
    byte ack = chains.readableBytes[i] > MOST ? ERR : run(i);
    // The acknowledgement is the chain's last byte; for these commands its only writable one.
    MemorySegment to = ring.memory().segments()[chains.region[chains.writable[i]]];
    to.set(ValueLayout.JAVA_BYTE, chains.offset[chains.writable[i]], ack);
    return 1;
  }

  private byte run(int i) {
    int bytes = (int) chains.readableBytes[i];
    if (bytes < 2) {
      return ERR;
    }
    byte[] command = new byte[bytes];
    MemorySegment to = MemorySegment.ofArray(command);
    int at = 0;
    for (int b = chains.first[i]; b < chains.writable[i]; b++) {
      MemorySegment from = ring.memory().segments()[chains.region[b]];
      MemorySegment.copy(from, chains.offset[b], to, at, chains.length[b]);
      at += chains.length[b];
    }
    byte[] data = Arrays.copyOfRange(command, 2, bytes);
    return handler.handle(command[0] & 0xFF, command[1] & 0xFF, data) ? OK : ERR;
  }
}
