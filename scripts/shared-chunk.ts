// Injected into every entry of the bundle, so that what all of them need becomes one file: a client's start opens seven files instead of eighteen.
import '../src/core/house.ts';
import '../src/core/call.ts';
import '../src/core/service.ts';
import '../src/core/table.ts';
import '../src/core/network.ts';
import '../src/version.ts';
