import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './console.css'
import { Door } from './door.tsx'

const place = document.getElementById('console')
if (place === null) throw new Error('expected an element with the id console, found none')
render(<Door />, place)
