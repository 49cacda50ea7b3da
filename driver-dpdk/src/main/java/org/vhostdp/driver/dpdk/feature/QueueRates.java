package org.vhostdp.driver.dpdk.feature;

import java.util.Optional;
import org.vhostdp.driver.dpdk.eal.DpdkErrors;
import org.vhostdp.driver.dpdk.feature.generated.Features;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Shaping;

/**
 * Rate limits of transmit queues that the device keeps: rte_eth_set_queue_rate_limit, in whole
 * megabits a second. Few devices have them, none of those in software. Control threads.
 */
final class QueueRates implements Shaping {
  private static final long MEGABIT = 1_000_000;

  private final int port;
  private final String device;
  private final int queues;

  private QueueRates(int port, String device, int queues) {
    this.port = port;
    this.device = device;
    this.queues = queues;
  }

  /** The facet, if the device knows the call: taking away a limit that is not there tells. */
  static Optional<Shaping> of(int port, String device, int queues) {
    int result = Features.rte_eth_set_queue_rate_limit((short) port, (short) 0, 0);
    return result == 0 ? Optional.of(new QueueRates(port, device, queues)) : Optional.empty();
  }

  @Override
  public boolean supports(int direction) {
    return direction == TRANSMIT;
  }

  @Override
  public void limit(int direction, int queue, long bitsPerSecond, long burstBytes)
      throws DriverException {
    boolean one = queue >= 0 && queue < queues || queue == -1 && queues == 1;
    if (direction != TRANSMIT || !one) {
      throw refused("limit " + (direction == TRANSMIT ? "queue " + queue : "what it receives"));
    }
    int rate = megabits(bitsPerSecond);
    int result =
        Features.rte_eth_set_queue_rate_limit((short) port, (short) Math.max(queue, 0), rate);
    if (result < 0) {
      throw DpdkErrors.of("rte_eth_set_queue_rate_limit", device, result);
    }
  }

  /** The nearest whole number, if it is near enough. */
  private int megabits(long bitsPerSecond) throws DriverException {
    long rate = (bitsPerSecond + MEGABIT / 2) / MEGABIT;
    long off = Math.abs(rate * MEGABIT - bitsPerSecond);
    if (bitsPerSecond < 0 || rate > Integer.MAX_VALUE || off * 50 > bitsPerSecond) {
      throw refused("limit to " + bitsPerSecond + " bits a second");
    }
    return (int) rate;
  }

  private DriverException refused(String what) {
    return new DriverException(
        Reason.UNSUPPORTED,
        "The device " + device + " cannot " + what + ".",
        "It limits each transmit queue to whole megabits a second; let the host shape instead.");
  }
}
