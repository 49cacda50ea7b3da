package org.vhostdp.tck.mutant;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.rules.Numbers;

/** Broken configurations and settings. */
final class ConfigMutants {
  /** The MTU that comes with a MAC address that must be refused. */
  private static final int ODD_MTU = 577;

  /** Queue pairs of which all but one become inactive. */
  private static final int PAIRS = 3;

  private ConfigMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "CFG-1",
            "the MTU of refused settings stays",
            "refused settings took effect",
            Wraps.ports(ConfigMutants::half)),
        new Mutant(
            "CFG-2",
            "ignores another number of queue pairs",
            "a started port took another number of queue pairs",
            Wraps.ports(ConfigMutants::nods)),
        new Mutant(
            "CFG-3",
            "its schema takes a key that is none",
            "the schema took the unknown key",
            sound -> new OddKey(sound, ConfigKey.string("no-such-key", "Nothing."))),
        new Mutant(
            "CFG-4",
            "open fails for a number that its schema takes",
            "but open threw",
            sound -> new OddKey(sound, ConfigKey.integer("odds", 0, 9, "Odds."))),
        new Mutant(
            "CFG-5",
            "logs its password",
            "the value of the secret key",
            sound -> new OddKey(sound, ConfigKey.string("password", "Hush.").confidential())),
        new Mutant(
            "CFG-6",
            "frames that had arrived keep the former offloads",
            "a frame without a checksum came after a live change",
            Breaks.received(ConfigMutants::keepPartial)),
        new Mutant(
            "CFG-7",
            "leaves queue pairs active",
            "frames came on queue 1, which is not active",
            Wraps.ports(ConfigMutants::allActive)));
  }

  /** A driver with one more key, which it treats badly. */
  private static final class OddKey extends SameDriver {
    private final ConfigKey odd;

    OddKey(Driver sound, ConfigKey odd) {
      super(sound);
      this.odd = odd;
    }

    @Override
    public ConfigSchema schema() {
      List<ConfigKey> keys = new ArrayList<>(super.schema().keys());
      keys.add(odd);
      return ConfigSchema.of(keys.toArray(ConfigKey[]::new));
    }

    @Override
    public Port open(PortConfig config, Host host) throws DriverException {
      String value = config.text(odd.name()).orElse("");
      if (odd.type() == ConfigKey.Type.INTEGER && value.equals("9")) {
        throw new NumberFormatException("9");
      }
      if (odd.secret() && !value.isEmpty()) {
        host.log(System.Logger.Level.INFO, "The password is " + value + ".");
      }
      return super.open(config, host);
    }
  }

  private static Port half(Port sound) {
    return new SamePort(sound) {
      @Override
      public void configure(PortSettings settings) throws DriverException {
        try {
          port.configure(settings);
        } catch (DriverException e) {
          if (settings.mtu() == ODD_MTU) {
            port.configure(settings.withMac(null));
          }
          throw e;
        }
      }
    };
  }

  private static Port nods(Port sound) {
    return new SamePort(sound) {
      private PortSettings now;
      private boolean started;

      @Override
      public void configure(PortSettings settings) throws DriverException {
        if (started && settings.queuePairs() != now.queuePairs()) {
          return;
        }
        port.configure(settings);
        now = settings;
      }

      @Override
      public void start() throws DriverException {
        port.start();
        started = true;
      }

      @Override
      public void stop() {
        port.stop();
        started = false;
      }
    };
  }

  private static void keepPartial(Entries entries, Burst burst, int i, int number) {
    if (number == Numbers.LIVE_OFFLOADS + 10) {
      burst.flags[i] |= Offload.CSUM_PARTIAL;
    }
  }

  private static Port allActive(Port sound) {
    return new SamePort(sound) {
      private boolean started;

      @Override
      public void configure(PortSettings settings) throws DriverException {
        boolean ignores = started && settings.queuePairs() == PAIRS;
        port.configure(ignores ? settings.withActiveQueuePairs(PAIRS) : settings);
      }

      @Override
      public void start() throws DriverException {
        port.start();
        started = true;
      }
    };
  }
}
