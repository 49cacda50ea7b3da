package org.vhostdp.tck.run;

import java.lang.reflect.InvocationTargetException;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.stock.StockHarness;

/** Makes the harness of a plan, in the process that uses it. */
final class HarnessMaker {
  private HarnessMaker() {}

  /**
   * Makes it.
   *
   * @throws KitRefused with a sentence for whoever wrote the plan
   */
  static Harness make(HarnessPlan plan) throws KitRefused {
    return plan.stock() != null ? stock(plan) : own(plan);
  }

  private static Harness own(HarnessPlan plan) throws KitRefused {
    try {
      return type(plan).asSubclass(Harness.class).getConstructor().newInstance();
    } catch (InvocationTargetException e) {
      throw new KitRefused(
          "The constructor of the harness %s failed: %s"
              .formatted(plan.type(), Answers.reason(e.getCause())),
          e);
    } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
      throw new KitRefused(
          "The harness %s cannot be made: %s It needs to be a public class with a public constructor without arguments."
              .formatted(plan.type(), Answers.reason(e)),
          e);
    }
  }

  private static Class<?> type(HarnessPlan plan) throws ClassNotFoundException {
    if (plan.module().isEmpty()) {
      return Class.forName(plan.type());
    }
    Class<?> found =
        ModuleLayer.boot()
            .findModule(plan.module())
            .map(module -> Class.forName(module, plan.type()))
            .orElse(null);
    if (found == null) {
      throw new ClassNotFoundException(plan.type() + " in module " + plan.module());
    }
    return found;
  }

  private static Harness stock(HarnessPlan plan) throws KitRefused {
    try {
      return StockHarness.load(plan.stock());
    } catch (DriverRefused | IllegalArgumentException e) {
      throw new KitRefused(e.getMessage(), e);
    }
  }
}
