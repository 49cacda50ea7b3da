package org.vhostdp.netdevice;

import java.util.HashSet;
import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The devices that the ports of one driver hold in this process, where the kernel itself would let
 * two ports share one, or would refuse the second too late. Any thread.
 */
public final class Claims {
  private final Set<String> held = new HashSet<>();

  /** Nothing is held. */
  public Claims() {}

  /** One device, until closed. Closing twice frees nothing that somebody else has claimed since. */
  public interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Claims a device.
   *
   * @param key tells devices apart, whatever they are called by
   * @param object the device in the sentence of the refusal, such as {@code the interface eth0}
   * @param advice what to do if another port has it
   * @throws DriverException BUSY if another port has it
   */
  public Claim claim(String key, String object, String advice) throws DriverException {
    synchronized (held) {
      if (!held.add(key)) {
        throw new DriverException(
            Reason.BUSY, "Another port of this process uses " + object + " (EBUSY).", advice);
      }
    }
    return new Held(key);
  }

  private final class Held implements Claim {
    private final String key;
    private boolean open = true;

    Held(String key) {
      this.key = key;
    }

    @Override
    public void close() {
      synchronized (held) {
        if (open) {
          open = false;
          held.remove(key);
        }
      }
    }
  }
}
