package org.vhostdp.tck.mutant;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/** A driver that keeps a file open after one kind of call, once that was made a few times. */
final class LeakyDriver extends SameDriver {
  /** Calls that are still sound, so that only whoever repeats them notices. */
  private static final int SOUND = 4;

  private final Where where;

  /** Closed by the collector, when the driver is forgotten. */
  private final List<FileInputStream> kept = new ArrayList<>();

  private int calls;

  /** The call that leaks. */
  enum Where {
    PROBE,
    SCHEMA,
    FAILED_OPEN
  }

  LeakyDriver(Driver sound, Where where) {
    super(sound);
    this.where = where;
  }

  private void called(Where call) {
    if (call == where && ++calls > SOUND) {
      try {
        kept.add(new FileInputStream("/dev/null"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public Probe probe() {
    called(Where.PROBE);
    return super.probe();
  }

  @Override
  public ConfigSchema schema() {
    called(Where.SCHEMA);
    return super.schema();
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    try {
      Port port = super.open(config, host);
      calls = 0;
      return port;
    } catch (DriverException e) {
      called(Where.FAILED_OPEN);
      throw e;
    }
  }
}
