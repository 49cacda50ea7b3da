package org.vhostdp.cli.config;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.dataplane.net.Profile;
import org.vhostdp.dataplane.port.PortServices;
import org.vhostdp.dataplane.port.PortSpec;
import org.vhostdp.dataplane.qos.QosRefused;
import org.vhostdp.dataplane.qos.QosSpec;
import org.vhostdp.dataplane.steering.SteeringRefused;
import org.vhostdp.dataplane.steering.SteeringSpec;

/** Reads the keys of [netdev.NAME] that say what a port does beside passing frames on. */
final class ServicesReader {
  /** The services; where a key is wrong, those without it. */
  PortServices read(SectionReader keys, int queues) {
    return new PortServices(
        profile(keys),
        keys.number("driver-queues", 0, PortSpec.MAX_QUEUE_PAIRS, 0),
        steering(keys, queues),
        qos(keys, queues));
  }

  private static Profile profile(SectionReader keys) {
    Profile absent = PortServices.DEFAULT.profile();
    String name = keys.text("profile", absent.name(), "the name of a profile");
    Profile profile = Profile.of(name);
    if (profile == null) {
      keys.refused(
          keys.value("profile"),
          "there is no profile \"%s\" (known: %s).%s"
              .formatted(
                  name,
                  String.join(", ", Profile.names()),
                  Suggestion.question(name, Profile.names())));
      return absent;
    }
    return profile;
  }

  private static SteeringSpec steering(SectionReader keys, int queues) {
    SteeringSpec absent = SteeringSpec.AUTO;
    String policy = keys.text("steering", absent.policy(), "the name of a policy");
    List<String> flows = new ArrayList<>();
    for (Value line : keys.lines("flows")) {
      String flow = (String) line.raw();
      try {
        SteeringSpec.of(absent.policy(), List.of(flow)).check(queues);
        flows.add(flow);
      } catch (SteeringRefused e) {
        keys.refused(line, e.getMessage());
      }
    }
    try {
      SteeringSpec.of(policy, List.of());
    } catch (SteeringRefused e) {
      keys.refused(keys.value("steering"), e.getMessage());
      return absent;
    }
    try {
      return SteeringSpec.of(policy, flows);
    } catch (SteeringRefused e) {
      keys.refused(keys.value("flows"), e.getMessage());
      return absent;
    }
  }

  private static QosSpec qos(SectionReader keys, int queues) {
    List<String> lines = new ArrayList<>();
    keys.lines("qos").forEach(line -> lines.add((String) line.raw()));
    try {
      QosSpec spec = QosSpec.of(lines);
      spec.fits(queues);
      return spec;
    } catch (QosRefused e) {
      keys.refused(keys.value("qos"), e.getMessage());
      return QosSpec.NONE;
    }
  }
}
