package org.vhostdp.dataplane.port;

import org.vhostdp.dataplane.net.Profile;
import org.vhostdp.dataplane.qos.QosSpec;
import org.vhostdp.dataplane.steering.SteeringSpec;

/**
 * What a port does beside passing frames on, whatever its driver.
 *
 * @param profile what the guest is offered
 * @param driverQueues queue pairs of the driver, or 0: as many as the guest's, as far as it can
 * @param steering which queue of the guest a frame goes to, unless the guest says so
 * @param qos rate limits, priorities and shares
 */
public record PortServices(Profile profile, int driverQueues, SteeringSpec steering, QosSpec qos) {
  /** Everything offered, nothing limited. */
  public static final PortServices DEFAULT =
      new PortServices(Profile.FULL_1, 0, SteeringSpec.AUTO, QosSpec.NONE);

  /** The same with other limits. */
  public PortServices withQos(QosSpec next) {
    return new PortServices(profile, driverQueues, steering, next);
  }
}
