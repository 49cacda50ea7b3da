package org.vhostdp.dataplane.port;

import org.vhostdp.dataplane.net.Features;
import org.vhostdp.linux.Fd;

/** What a front-end says of a device's rings, message by message. The port's control thread. */
public final class VringMessages {
  private final Vring[] vrings;
  private final Negotiation agreed;
  private final RunningRings running;
  private final RingAttachment rings;

  VringMessages(Vring[] vrings, Negotiation agreed, RunningRings running, RingAttachment rings) {
    this.vrings = vrings;
    this.agreed = agreed;
    this.running = running;
    this.rings = rings;
  }

  private Vring vring(long index) throws Refusal {
    if (index < 0 || index >= vrings.length) {
      throw new Refusal("there is no ring " + index + "; this port has " + vrings.length);
    }
    return vrings[(int) index];
  }

  /** SET_VRING_NUM. */
  public void setSize(long index, long size) throws Refusal {
    Vring ring = vring(index);
    boolean packed = agreed.has(Features.RING_PACKED);
    if (size < 1 || size > 32768 || !packed && Long.bitCount(size) != 1) {
      throw new Refusal(size + " is not a legal ring size");
    }
    running.detach(ring);
    ring.size = (int) size;
    running.refresh();
  }

  /**
   * SET_VRING_ADDR: user addresses of descriptors, driver and device area. May come again while the
   * ring runs.
   */
  public void setAddresses(long index, long descriptors, long available, long used) throws Refusal {
    Vring ring = vring(index);
    running.detach(ring);
    ring.descriptors = descriptors;
    ring.driver = available;
    ring.device = used;
    ring.addressed = true;
    ring.fault = null;
    running.refresh();
  }

  /** SET_VRING_BASE. */
  public void setBase(long index, long base) throws Refusal {
    Vring ring = vring(index);
    if (ring.attached) {
      throw new Refusal("the base of ring " + index + " may not change while it runs");
    }
    ring.base = (int) base & 0xFFFF;
  }

  /** GET_VRING_BASE: stops the ring; nothing is written to it after this returns. */
  public long stopRing(long index) throws Refusal {
    Vring ring = vring(index);
    running.detach(ring);
    ring.started = false;
    Vring.close(ring.kick);
    ring.kick = null;
    ring.fault = null;
    running.refresh();
    boolean packed = agreed.has(Features.RING_PACKED);
    // The packed base has two halves, available and used; nothing stays in flight: they are equal.
    return packed ? ring.base | (long) ring.base << 16 : ring.base;
  }

  /** SET_VRING_KICK: starts the ring. The descriptor is owned from here on; null for polling. */
  public void setKick(long index, Fd kick) throws Refusal {
    Vring ring;
    try {
      ring = vring(index);
    } catch (Refusal e) {
      Vring.close(kick);
      throw e;
    }
    running.detach(ring);
    Vring.close(ring.kick);
    ring.kick = kick;
    ring.started = true;
    running.refresh();
  }

  /** SET_VRING_CALL: may be replaced while the ring runs, and may come before anything else. */
  public void setCall(long index, Fd call) throws Refusal {
    Vring ring;
    try {
      ring = vring(index);
    } catch (Refusal e) {
      Vring.close(call);
      throw e;
    }
    Fd old = ring.call;
    ring.call = call;
    if (ring.attached && !running.isControl(ring)) {
      RunningRings.acknowledged(() -> rings.interrupts(vrings, ring.pair()));
    }
    Vring.close(old);
    rings.interruptOnce(ring);
  }

  /** SET_VRING_ERR. */
  public void setErr(long index, Fd err) throws Refusal {
    Vring ring;
    try {
      ring = vring(index);
    } catch (Refusal e) {
      Vring.close(err);
      throw e;
    }
    Vring.close(ring.err);
    ring.err = err;
  }

  /** SET_VRING_ENABLE. */
  public void setEnabled(long index, boolean on) throws Refusal {
    vring(index).enabled = on;
    running.refresh();
  }
}
