#!/usr/bin/env node
import "../dist/windrose.js";
