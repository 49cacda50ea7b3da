package org.vhostdp.tck.mutant;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Steering;
import org.vhostdp.tck.rules.Marks;

/** Steering that goes astray. */
final class SteeringMutants {
  private static final int CHANGED_LENGTH = 4;
  private static final int SPREAD_LENGTH = 8;
  private static final int ODD_LENGTH = 3;

  private SteeringMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "STEER-1",
            "turns its table round while flows run",
            "nothing was changed, but some of",
            Wraps.ports(Turning::new)),
        steers("STEER-2", "keeps the second table", "the table was changed to queue", Keeping::new),
        steers("STEER-3", "sends every flow to one queue", "flows one queue got", Lopsided::new),
        steers("STEER-4", "forgets to reset", "came on the two queues before", Stuck::new),
        steers("STEER-5", "takes any program", "steering took a program", Programmable::new),
        steers("STEER-6", "takes a table of any length", "took a table of 3", Lax::new));
  }

  private static Mutant steers(
      String rule, String name, String says, UnaryOperator<Steering> breaks) {
    UnaryOperator<Driver> driver = Wraps.ports(sound -> new Steered(sound, breaks));
    return new Mutant(rule, name, says, driver);
  }

  /** A port whose steering is wrapped. */
  private static final class Steered extends SamePort {
    private final UnaryOperator<Steering> breaks;
    private Optional<Steering> steering = Optional.empty();

    Steered(Port port, UnaryOperator<Steering> breaks) {
      super(port);
      this.breaks = breaks;
    }

    @Override
    public <F> Optional<F> facet(Class<F> type) {
      if (type != Steering.class) {
        return super.facet(type);
      }
      if (steering.isEmpty()) {
        steering = port.facet(Steering.class).map(breaks);
      }
      return steering.map(type::cast);
    }
  }

  /** Scales anew by itself when it sees a certain flow. */
  private static final class Turning extends SamePort {
    private int[] table = {};

    Turning(Port port) {
      super(port);
    }

    @Override
    public <F> Optional<F> facet(Class<F> type) {
      return type == Steering.class
          ? port.facet(Steering.class).map(sound -> type.cast(new Remembering(sound)))
          : super.facet(type);
    }

    @Override
    RxQueue wrap(RxQueue queue, int index) {
      return Touch.after(
          queue,
          port,
          (burst, i, frame) -> {
            if (frame.port() == Marks.ONE_FLOW) {
              turn();
            }
          });
    }

    private void turn() {
      int[] other = Arrays.stream(table).map(queue -> 1 - queue).toArray();
      Steering steering = port.facet(Steering.class).orElseThrow();
      try {
        steering.scale(Steering.HASH_UDP4 | Steering.HASH_IPV4, new byte[40], other, 0);
      } catch (DriverException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Tells the port what table is set. */
    private final class Remembering extends SameSteering {
      Remembering(Steering steering) {
        super(steering);
      }

      @Override
      public void scale(int types, byte[] key, int[] now, int unclassified) throws DriverException {
        super.scale(types, key, now, unclassified);
        table = now.clone();
      }
    }
  }

  /** Never follows a second table. */
  private static final class Keeping extends SameSteering {
    private boolean set;

    Keeping(Steering steering) {
      super(steering);
    }

    @Override
    public void scale(int types, byte[] key, int[] table, int unclassified) throws DriverException {
      boolean one = Arrays.stream(table).distinct().count() == 1;
      if (!set || !one || table.length != CHANGED_LENGTH) {
        super.scale(types, key, table, unclassified);
      }
      set = true;
    }
  }

  /** Spreads nothing. */
  private static final class Lopsided extends SameSteering {
    Lopsided(Steering steering) {
      super(steering);
    }

    @Override
    public void scale(int types, byte[] key, int[] table, int unclassified) throws DriverException {
      int[] now = table.length == SPREAD_LENGTH ? new int[SPREAD_LENGTH] : table;
      super.scale(types, key, now, unclassified);
    }
  }

  /** Does not let go. */
  private static final class Stuck extends SameSteering {
    Stuck(Steering steering) {
      super(steering);
    }

    @Override
    public void reset() {
      // The table stays, which is the mistake.
    }
  }

  /** Says yes to every program. */
  private static final class Programmable extends SameSteering {
    Programmable(Steering steering) {
      super(steering);
    }

    @Override
    public void program(String kind, int descriptor) {
      // Nothing is loaded, which is the mistake.
    }
  }

  /** Checks no length. */
  private static final class Lax extends SameSteering {
    Lax(Steering steering) {
      super(steering);
    }

    @Override
    public void scale(int types, byte[] key, int[] table, int unclassified) throws DriverException {
      if (table.length != ODD_LENGTH) {
        super.scale(types, key, table, unclassified);
      }
    }
  }

  /** Steering that passes everything on. */
  private static class SameSteering implements Steering {
    private final Steering steering;

    SameSteering(Steering steering) {
      this.steering = steering;
    }

    @Override
    public int hashTypes() {
      return steering.hashTypes();
    }

    @Override
    public int maxTable() {
      return steering.maxTable();
    }

    @Override
    public void scale(int types, byte[] key, int[] table, int unclassified) throws DriverException {
      steering.scale(types, key, table, unclassified);
    }

    @Override
    public void reset() throws DriverException {
      steering.reset();
    }

    @Override
    public Set<String> programs() {
      return steering.programs();
    }

    @Override
    public void program(String kind, int descriptor) throws DriverException {
      steering.program(kind, descriptor);
    }
  }
}
